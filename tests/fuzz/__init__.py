"""Bytes that nobody sent yet, for everything that reads bytes; see docs/fuzzing.md."""
