"""The kit for a fetch: hub, source, requester and database are hurt at every step of it."""
