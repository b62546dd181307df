"""What happened: `wissel history`."""
