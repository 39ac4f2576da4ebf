"""`gvma web`: pages for reading only, over the evidence that status, check, explain and history read."""
