"""Refusals of the register: what is not there, and the rules of what is recorded."""
