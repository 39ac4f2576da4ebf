"""Collectors that ask other servers: Configuration Server, the database, the media server, Asterisk by SIP."""
