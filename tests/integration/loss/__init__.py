"""Nothing is lost, whatever goes wrong: the short forms of the long experiments of tests/soak."""
