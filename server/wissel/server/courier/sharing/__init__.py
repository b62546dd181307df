"""Sharing a process: what one sender may take of it, and one receiver that does not answer."""
