"""The rules: identifiers, facts, deciding a route, envelopes and receipts.

Nothing here knows gRPC, SQL or the clock on the wall. Each rule is a function
of values; time and randomness come in as parameters.
"""
