"""Collectors that ask Asterisk over AMI: the site's, the nodes of a Realtime site, and single names."""
