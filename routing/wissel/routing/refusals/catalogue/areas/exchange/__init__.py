"""Refusals of an exchange: deciding its route, its signatures and envelope, and its delivery."""
