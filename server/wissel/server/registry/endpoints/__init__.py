"""The use cases of endpoints."""
