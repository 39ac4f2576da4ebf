"""What a real Asterisk says and does that gvma relies on."""
