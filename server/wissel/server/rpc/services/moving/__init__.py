"""MoveService."""
