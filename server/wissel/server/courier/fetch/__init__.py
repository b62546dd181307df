"""Fetching a dossier from its source, for the requester of a session."""
