"""How callers share a process: quotas, messages that are received, calls that wait."""
