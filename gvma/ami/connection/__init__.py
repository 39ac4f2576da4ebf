"""How AMI is spoken: a connection to its port, packets, and a login with deadlines."""
