"""The shell around the rules: processes, gRPC, storage and identity."""
