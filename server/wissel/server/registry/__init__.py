"""The register's use cases: each a function of a change, a command and the rules."""
