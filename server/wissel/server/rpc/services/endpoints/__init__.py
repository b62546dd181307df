"""EndpointService."""
