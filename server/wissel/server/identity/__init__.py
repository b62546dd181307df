"""Identity: peers and their certificates, trust, revocation lists, and the development PKI."""
