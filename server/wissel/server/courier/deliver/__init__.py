"""Delivering, steps 5 to 9 of a forward: from the claim to the receipts."""
