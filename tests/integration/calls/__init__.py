"""Calls to a real Asterisk with our media dialplan."""
