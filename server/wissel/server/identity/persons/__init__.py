"""The persons whom portals act for: their tokens, and the keys of the login brokers."""
