"""Backup sets: what they hold, how long they are kept, and how two states compare."""
