"""Files and folders of Asterisk's, which others may own and write: found, read, and with whose rights."""
