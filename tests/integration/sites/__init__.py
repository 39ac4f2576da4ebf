"""Sites as others have built them."""
