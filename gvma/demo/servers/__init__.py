"""What stands around several Asterisk hosts, each as a private process without root: PostgreSQL, HAProxy."""
