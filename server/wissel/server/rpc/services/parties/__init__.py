"""PartyService."""
