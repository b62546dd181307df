"""Preparing dossiers, what lies ready, and who asked in vain."""
