"""Reaching receivers: their addresses, a probe of the certificate, a channel pinned to it."""
