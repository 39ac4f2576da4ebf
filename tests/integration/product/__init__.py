"""What is shipped: the package, the units, the demo."""
