"""What Asterisk says of itself to the commands of its console, and to a few actions of AMI, as values."""
