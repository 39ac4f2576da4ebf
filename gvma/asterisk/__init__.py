"""What Asterisk's files mean, as bytes: line syntax, the managed block, one renderer for each file. Pure."""
