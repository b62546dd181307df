"""Reaching a receiver: its addresses, a probe of its certificate, a channel pinned to it."""
