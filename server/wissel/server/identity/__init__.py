"""Who calls: certificates, trust, revocation, and the development PKI."""
