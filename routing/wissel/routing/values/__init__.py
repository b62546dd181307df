"""The types that text from outside is parsed into: identifiers, days, one-line texts."""
