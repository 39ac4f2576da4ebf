"""Asterisk's configuration files, line by line and as sections, with all that they include. Pure."""
