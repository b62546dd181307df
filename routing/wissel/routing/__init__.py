"""The rules: identifiers, facts, deciding a route, envelopes and receipts.

Each rule is a function of values: nothing here does I/O or reads a clock, and
time and randomness are parameters.
"""
