"""Vectors of prepare and fetch: orders, and the keys by which pupils are found."""
