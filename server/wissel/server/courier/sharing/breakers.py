"""The breakers of a process: which receivers are left alone, as they answered nobody in time.

See design.md#bounds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.receivers.line import Key
from wissel.server.courier.sharing.breaker import (
    Breaker,
    BreakerRules,
    answered,
    let_through,
    probe_ended,
    timed_out,
    wait,
)
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.sharing.slots import unavailable

_LOG: Final = structlog.get_logger("wissel.receivers")

REMEMBERED: Final = 1024
"""How many receivers a process remembers; those that answer are forgotten first."""

_NONE: Final = Breaker()


class BreakerObserver(Protocol):
    """What is told of each breaker that opens or closes."""

    def __call__(self, *, opened: bool) -> None:
        """Count it."""
        ...


def ignore_breaker(*, opened: bool) -> None:
    """Do nothing with it."""


class Breakers:
    """Knows of each receiver whether it is left alone; `clock` is the event loop's, in seconds.

    A transfer counts against its receiver if that had `unanswered` seconds after
    the last byte, and gave no answer: a sender with a short deadline counts nothing.
    """

    def __init__(
        self,
        rules: BreakerRules,
        unanswered: float,
        clock: Callable[[], float],
        observer: BreakerObserver = ignore_breaker,
    ) -> None:
        self._rules = rules
        self._unanswered = unanswered
        self._clock = clock
        self._observer = observer
        self._breakers: dict[Key, Breaker] = {}

    @property
    def open(self) -> int:
        """How many receivers are left alone."""
        return sum(each.open for each in self._breakers.values())

    def let_through(self, slot: Slot, receiver: Key) -> None:
        """Let a transfer through to a receiver, or raise `Refused(RECEIVER_UNAVAILABLE)`.

        The first one after an open breaker's time is its probe: see `release`.
        """
        breaker = self._breakers.get(receiver, _NONE)
        if not breaker.open:
            return
        now = self._clock()
        seconds = wait(breaker, self._rules, now)
        if seconds > 0:
            raise unavailable(receiver, seconds)
        slot.probe = now
        self._breakers[receiver] = let_through(breaker, now)

    def release(self, slot: Slot) -> None:
        """Let another transfer be the probe, if this one was it and has told nothing."""
        if slot.probe is not None and slot.receiver in self._breakers:
            breaker = self._breakers[slot.receiver]
            self._breakers[slot.receiver] = probe_ended(breaker, slot.probe)
        slot.probe = None

    @contextmanager
    def watching(self, slot: Slot) -> Iterator[None]:
        """Judge the receiver of a transfer by how the block ends that sends it."""
        try:
            yield
        except Refused as refused:
            self._judge(slot, refused)
            raise
        self._answered(slot)

    def _judge(self, slot: Slot, refused: Refused) -> None:
        now = self._clock()
        if slot.sent is not None and now - slot.sent >= self._unanswered:
            self._timed_out(slot, slot.sent, now)
        elif refused.reason is Reason.RECEIVER_FAILED and spoke(refused):
            self._answered(slot)

    def _answered(self, slot: Slot) -> None:
        if slot.receiver is None:
            return
        before = self._breakers.pop(slot.receiver, _NONE)
        self._keep(slot.receiver, answered(self._clock()))
        if before.open:
            self._tell(slot.receiver, "receiver_available", opened=False)

    def _timed_out(self, slot: Slot, sent: float, now: float) -> None:
        if slot.receiver is None:
            return
        before = self._breakers.pop(slot.receiver, _NONE)
        probe = slot.probe is not None
        after = timed_out(before, self._rules, now, sent=sent, probe=probe)
        self._keep(slot.receiver, after)
        if after.openings > before.openings and after.until is not None:
            seconds = after.until - now
            self._tell(slot.receiver, "receiver_unavailable", opened=True, seconds=seconds)

    def _keep(self, receiver: Key, breaker: Breaker) -> None:
        """Remember a receiver, and forget one for it if they are too many."""
        if len(self._breakers) >= REMEMBERED:
            known = self._breakers
            least = next((key for key in known if not known[key].timeouts), next(iter(known)))
            del known[least]
        self._breakers[receiver] = breaker

    def _tell(self, receiver: Key, event: str, *, opened: bool, seconds: float = 0.0) -> None:
        self._observer(opened=opened)
        host_port, oin = receiver
        told = {"receiver_oin": oin, "host": host_port.host, "port": host_port.port}
        if opened:
            _LOG.warning(event, **told, seconds=round(seconds))
        else:
            _LOG.info(event, **told)


def spoke(refused: Refused) -> bool:
    """Whether a failed call ended with the receiver's own status, and not with its connection."""
    unspoken = {"UNAVAILABLE", "CANCELLED"}
    return "receiver_reason" in refused.metadata or refused.metadata.get("code") not in unspoken
