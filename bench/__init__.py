"""The benchmark: Wissel beside bare gRPC, in the same run (design.md#speed)."""
