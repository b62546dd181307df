"""Sending: an envelope is composed, kept in the outbox, transferred, and its receipts checked."""
