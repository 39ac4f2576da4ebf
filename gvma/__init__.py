"""gvma joins Asterisk to a Genesys contact centre."""

__version__ = "1.0.0"
