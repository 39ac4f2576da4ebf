"""What a benchmark runs against: large sites, servers to compare with, and calls."""
