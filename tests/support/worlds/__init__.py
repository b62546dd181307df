"""Whole situations: a register, a hub, a sender and a receiver, put together."""
