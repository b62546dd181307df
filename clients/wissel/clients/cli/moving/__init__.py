"""Taking over what Mijn OSO knew."""
