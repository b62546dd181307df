"""RouteService."""
