"""The rules of mandates, endpoints and routing keys, as functions of values."""
