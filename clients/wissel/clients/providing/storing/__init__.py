"""What a folder of prepared dossiers holds: dossiers, and requests in vain."""
