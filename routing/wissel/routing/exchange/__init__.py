"""What travels between vendors: envelopes, stamps, receipts, and the states of a delivery."""
