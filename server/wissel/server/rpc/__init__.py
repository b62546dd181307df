"""gRPC adapters: parse, decide, render; one policy table, one error table."""
