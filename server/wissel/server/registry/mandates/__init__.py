"""The use cases of mandates: giving, changing, switching, and what waits for an owner (R3, R6)."""
