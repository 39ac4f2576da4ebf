"""The pages of gvma web in a real browser, on the demo's site."""
