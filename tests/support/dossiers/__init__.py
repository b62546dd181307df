"""Made-up dossiers of each profile, and edits that break one rule each."""
