"""The connection with a hub: its channel, retries, errors as exceptions, and traces."""
