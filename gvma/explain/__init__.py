"""What a name leads to, link by link, and why its message waiting does not work: readers of the evidence. Pure."""
