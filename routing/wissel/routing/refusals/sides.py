"""Whose facts a refusal tells of."""

from enum import StrEnum


class Side(StrEnum):
    """Which side of an exchange something is about."""

    QUERY = "QUERY"
    SENDER = "SENDER"
    RECEIVER = "RECEIVER"
