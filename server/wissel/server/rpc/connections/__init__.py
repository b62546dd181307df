"""Who holds which connections of this process, and which are shut down (ADR 20)."""
