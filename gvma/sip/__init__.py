"""Enough SIP over UDP to be SIP Server for one subscription: messages, message counts, a subscriber."""
