"""The delivery journal: one durable row for each message, and every move it made."""
