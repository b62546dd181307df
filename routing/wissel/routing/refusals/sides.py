"""The side of an exchange that a refusal is about."""

from enum import StrEnum


class Side(StrEnum):
    """The question itself, the sender or the receiver."""

    QUERY = "QUERY"
    SENDER = "SENDER"
    RECEIVER = "RECEIVER"
