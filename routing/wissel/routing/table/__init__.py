"""The facts of one revision of the register, in a compact form that is read through views."""

from wissel.routing.table.table import Table

__all__ = ["Table"]
