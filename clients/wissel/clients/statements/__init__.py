"""Signed statements besides receipts: acceptances of agreements, outcomes of messages."""
