"""The commands of gvma, one module each, under the name that the user types."""
