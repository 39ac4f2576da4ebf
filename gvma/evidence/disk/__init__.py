"""Collectors that read files of this host: Asterisk's, gvma's records, the settings."""
