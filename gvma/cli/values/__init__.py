"""Values of options, as the command line writes them."""
