"""A test exchange with the test school `00YY`: its LAS, and the vendor's side (R7)."""

from typing import Final
from uuid import UUID, uuid5

from wissel.routing.values.identifiers import Oin

_ANSWERS: Final = UUID("51d4c8b7-3a63-5f5e-9b8a-6d1f0c2e7a90")


def answer_id(sender_oin: Oin, message_id: UUID) -> UUID:
    """Return the id of the message with which the test LAS answers a vendor's.

    It follows from that, so that a repeat is the same answer, and a vendor can ask the
    hub what became of it.
    """
    return uuid5(_ANSWERS, f"{sender_oin}/{message_id}")
