"""TransferService."""
