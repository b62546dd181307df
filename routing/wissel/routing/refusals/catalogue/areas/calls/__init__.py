"""Refusals of any call: who calls, what its request is like, and the hub itself."""
