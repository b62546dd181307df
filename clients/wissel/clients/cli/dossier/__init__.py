"""The commands about a dossier itself: `wissel dossier check` and `wissel dossier show`."""
