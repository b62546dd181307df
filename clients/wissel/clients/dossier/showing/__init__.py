"""A dossier as a page for a person."""
