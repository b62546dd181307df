"""The servicers: one module or package for each gRPC service."""
