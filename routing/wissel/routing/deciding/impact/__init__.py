"""What a change of the register does to routes, before it is made (design.md#impact)."""
