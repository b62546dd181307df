"""The register as it was: events that are read again, and facts as they were known."""
