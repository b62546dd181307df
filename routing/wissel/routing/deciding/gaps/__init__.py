"""All that stands between a question and its route, with what helps (design.md#gaps)."""
