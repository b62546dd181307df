"""Sessions of prepare and fetch, and the digests of keys that belong to them."""
