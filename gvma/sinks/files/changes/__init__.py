"""What a plan, a restore or a removal makes of the three files: new contents, and what Asterisk should have then."""
