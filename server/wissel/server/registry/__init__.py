"""The register's use cases: each is a function of a transaction and a command."""
