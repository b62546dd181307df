"""`make demo`: a mandated dossier travels from one LAS to another, for a newcomer to watch."""
