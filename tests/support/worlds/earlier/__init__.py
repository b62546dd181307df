"""A database that an earlier version wrote, as text."""
