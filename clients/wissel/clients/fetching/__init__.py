"""Fetching a dossier from the school that has it: the requester's side of prepare and fetch."""
