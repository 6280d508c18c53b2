"""The ACK kinds: how to recognise them, what their fields mean, and what the controllers do with them."""
