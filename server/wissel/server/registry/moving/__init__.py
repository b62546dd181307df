"""Taking over what Mijn OSO knew: agreements, and mandates of its aanleverpunten (R3)."""
