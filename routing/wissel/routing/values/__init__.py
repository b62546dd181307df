"""What text from outside becomes, once: identifiers, days, one-line texts."""
