"""Asterisk Realtime: the tables ``voicemail`` and ``ps_aors`` in PostgreSQL, which several Asterisk hosts read."""
