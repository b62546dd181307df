"""Who is told of what came of telling requesters, for metrics and traces."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol, TypeAlias

from wissel.routing.exchange.fetching.notifications import Notification
from wissel.server.courier.notify.ports import Waiting
from wissel.server.courier.timeline import Metadata


class Attempted(StrEnum):
    """What came of an attempt to tell a requester."""

    TOLD = "TOLD"
    REFUSED = "REFUSED"
    """The facts of the moment lead to no requester: nobody was called."""
    FAILED = "FAILED"
    """The requester was not there, or did not take it."""
    GIVEN_UP = "GIVEN_UP"
    """One of these two, for the last time."""


NotifyTracing: TypeAlias = Callable[[Notification], AbstractContextManager[Metadata]]
"""Makes the trace span of a call to a requester; it yields the metadata of the call."""


class NotifyObserver(Protocol):
    """Observes the notifier."""

    def attempted(self, outcome: Attempted, reason: str) -> None:
        """Count an attempt; `reason` is why a requester was not told, "" if it was."""
        ...

    def waiting(self, found: Waiting) -> None:
        """Take how many notifications wait."""
        ...


class Unobserved:
    """Observes nothing."""

    def attempted(self, _outcome: Attempted, _reason: str) -> None:
        """Do nothing."""

    def waiting(self, _found: Waiting) -> None:
        """Do nothing."""


def untraced(_notification: Notification) -> AbstractContextManager[Metadata]:
    """Return no span: the call is not traced."""
    return nullcontext(())
