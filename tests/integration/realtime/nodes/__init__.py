"""Real Asterisk hosts that read the database."""
