"""The gRPC server: what happens around every call, and a servicer for each service."""
