"""Connecting by itself: a mandate is given, and its endpoint is registered (R10)."""
