"""Whether receivers answer, whatever is sent to them (design.md#living-endpoints)."""
