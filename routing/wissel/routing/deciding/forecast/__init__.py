"""Which routes will break, begin or move if nothing is done, and why (design.md#forecast)."""
