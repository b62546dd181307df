"""Settling deliveries that were left open: the sweeper, and its questions to receivers."""
