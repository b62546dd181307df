"""WatchMandates: what becomes of mandates, told as it happens (ADR 30)."""
