"""PostgreSQL, for more than one machine; only this package needs its driver, an extra."""
