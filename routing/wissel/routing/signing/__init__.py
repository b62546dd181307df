"""Keys, certificates and signatures: which are accepted, and verifying what was signed."""
