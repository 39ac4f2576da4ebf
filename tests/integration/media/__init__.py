"""Our dialplan for the media server on a real Asterisk."""
