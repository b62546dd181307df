"""Strategies for every kind of fact, and for what is in them."""
