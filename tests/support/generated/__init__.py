"""Worlds that hypothesis draws."""
