"""The six switches that the manual has a chapter for: their option tables."""
