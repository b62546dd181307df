"""The connection with a hub: its channel, retries, failures as exceptions, traces."""
