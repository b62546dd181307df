"""Forwarding envelopes: accepting and delivering them, and settling what was left open."""
