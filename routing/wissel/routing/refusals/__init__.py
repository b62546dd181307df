"""Every no: its reason, its words in two languages, and whom to call."""
