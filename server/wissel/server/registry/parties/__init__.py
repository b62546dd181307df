"""Parties, their systems, how far these may act, and certificates that are refused (R7)."""
