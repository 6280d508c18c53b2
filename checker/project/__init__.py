"""Files read, and the project that is made of them."""
