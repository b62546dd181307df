"""Forwarding: the journal, dialling, and the pipe from sender to receiver."""
