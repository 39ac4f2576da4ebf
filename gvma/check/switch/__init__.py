"""Rules about SIP Server's Application and DNs, and about the switch beside it. Pure."""
