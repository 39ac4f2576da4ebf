"""What a name leads to, and why its message waiting does not work."""
