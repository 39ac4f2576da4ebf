"""The pages of gvma web."""
