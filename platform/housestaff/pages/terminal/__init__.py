"""A patient at a terminal: the same conversation as on the page, over the API of the running service."""
