"""One short AMI conversation with deadlines: reload, and verify what Asterisk has loaded."""
