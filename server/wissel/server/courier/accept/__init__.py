"""Accepting, steps 1 to 4 of a forward: whether a message may travel, and where to."""
