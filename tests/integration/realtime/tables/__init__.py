"""The database itself: what its owner gives gvma, and tables and rows that a site has made by itself."""
