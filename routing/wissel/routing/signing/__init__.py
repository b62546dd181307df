"""Keys, certificates and signatures: which count; bytes are returned only once verified."""
