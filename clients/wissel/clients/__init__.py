"""What a vendor or an operator installs: SDK, command line, LAS side and test helpers."""
