"""Values that tests are made of: facts, requests, certificates, files."""
