"""The Asterisk hosts that read the tables: the files that each includes once, and what each has of a change."""
