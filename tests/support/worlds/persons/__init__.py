"""Worlds in which persons act behind portals."""
