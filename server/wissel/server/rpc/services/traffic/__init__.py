"""TrafficService."""
