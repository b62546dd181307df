"""The other side of a line, as good or as bad as a test wants."""
