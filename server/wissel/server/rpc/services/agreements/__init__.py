"""AgreementService."""
