"""What stands in the three files now: ours, the place of each mailbox, and what the site has for SIP Server."""
