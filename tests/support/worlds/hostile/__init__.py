"""Worlds in which somebody is as bad as they can be."""
