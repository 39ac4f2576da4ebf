"""What has to change: wanted and present values in, a plan of values out. Pure."""
