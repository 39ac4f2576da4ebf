"""gvma joins Asterisk to a Genesys contact centre."""

__version__ = "1.1.0"
