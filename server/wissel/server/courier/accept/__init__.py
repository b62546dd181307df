"""Steps 1 to 4 of forwarding: whether a message may travel, and where to."""
