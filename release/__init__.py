"""How gvma is packed for those who install it."""
