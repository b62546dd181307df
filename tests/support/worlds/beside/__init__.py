"""A real register beside a simple model of it, changed alike and compared."""
