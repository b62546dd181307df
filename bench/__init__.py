"""The benchmark: Wissel beside bare gRPC, in the same run (DESIGN section 11)."""
