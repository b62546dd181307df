"""Settling what was left open: the sweeper, and its questions to receivers."""
