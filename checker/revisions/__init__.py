"""Git: files, configuration and requirements as a revision has them."""
