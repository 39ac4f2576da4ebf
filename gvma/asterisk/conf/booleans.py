"""Asterisk's words for yes and for no, in lower case (``ast_true`` and ``ast_false`` in main/utils.c). Pure."""

YES = frozenset({"yes", "true", "y", "t", "1", "on"})
NO = frozenset({"no", "false", "n", "f", "0", "off"})
