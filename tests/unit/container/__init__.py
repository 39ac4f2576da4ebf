"""contrib/container: what builds and runs the containers."""
