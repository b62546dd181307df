"""The register in SQL: the event log, its projections, reads at one revision."""
