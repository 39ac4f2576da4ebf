"""Rules about Asterisk itself: its files, its modules, and how it knows SIP Server. Pure."""
