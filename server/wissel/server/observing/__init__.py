"""Observability of a hub: health, metrics and traces."""
