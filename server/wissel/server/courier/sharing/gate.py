"""The gate before a receiver: a message passes it before anything is claimed for it."""

from contextlib import AbstractContextManager

from wissel.server.courier.receivers.line import Key
from wissel.server.courier.sharing.breakers import Breakers
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.sharing.slots import Slots


class ReceiverGate:
    """Keeps messages from receivers that do not answer."""

    def __init__(self, slots: Slots, breakers: Breakers) -> None:
        self._slots = slots
        self._breakers = breakers

    def enter(self, slot: Slot, receiver: Key) -> None:
        """Let a transfer through to its receiver, or to another one if its route has moved.

        1. Not too many wait for it: see `Slots.require_room`.
        2. It has not been left alone: see `Breakers.let_through`.

        Raises `Refused(RECEIVER_UNAVAILABLE)`, with the seconds to wait.
        """
        self._breakers.release(slot)
        # 1.
        self._slots.require_room(slot, receiver)
        # 2.
        self._breakers.let_through(slot, receiver)
        slot.receiver = receiver

    def watching(self, slot: Slot) -> AbstractContextManager[None]:
        """Judge the receiver of a transfer by how the block ends (`Breakers.watching`)."""
        return self._breakers.watching(slot)
