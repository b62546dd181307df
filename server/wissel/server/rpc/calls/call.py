"""The call that is being served: its method, its caller, and what its log line will say."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import grpc

from wissel.routing.deciding.query import Asker
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.courier.timeline import Timeline
from wissel.server.identity.peer import Peer
from wissel.server.registry.persons import Person
from wissel.server.rpc.calls.policy import MethodPolicy

USER_METADATA: Final = "wissel-user"
_LANGUAGE_METADATA: Final = "accept-language"
_NO_NOTES: Mapping[str, object] = MappingProxyType({})

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: an OIN with the role that the register gives it.

    `role` is None for an OIN that nobody registered; only a method that is open
    to any trusted certificate is ever called by one. `party` is the party that
    it acts as: itself, or the vendor of a system with an OIN of its own.
    `system_ids` are the systems that its certificate acts for.
    """

    oin: Oin
    party: Oin
    role: Role | None
    name: str
    peer: Peer
    system_ids: tuple[SystemId, ...] = ()

    @property
    def operator(self) -> bool:
        """Whether the caller is an operator of this hub."""
        return self.role is Role.OPERATOR

    @cached_property
    def asker(self) -> Asker:
        """The caller as deciding sees it; only for registered callers."""
        assert self.role is not None, "the policy lets no stranger ask"  # noqa: S101
        return Asker(oin=self.oin, role=self.role, system_ids=self.system_ids)


class Call:
    """One call, from its first byte to its log line. Servicers read and annotate it.

    `policy` is the row of its method. `person` is whom a portal acts for, where the
    method lets a person act. `table` is pinned: it changes only when
    the call waits for a revision. `started` is an instant of
    `time.perf_counter`, `seconds` how long the call took; when it has ended
    there is no `context` any more. `waits` tells that it is counted among those
    that wait for the database. `notes` are more fields of the log line, beside
    `message_id`.
    """

    __slots__ = (
        "caller",
        "code",
        "context",
        "ended",
        "incident",
        "items",
        "message_id",
        "method",
        "notes",
        "person",
        "policy",
        "reason",
        "revision",
        "seconds",
        "started",
        "table",
        "waits",
    )

    def __init__(
        self, method: str, policy: MethodPolicy, context: Context, table: Table, started: float
    ) -> None:
        self.method = method
        self.policy = policy
        self.context = context
        self.table = table
        self.started = started
        self.seconds = 0.0
        self.caller: Caller | None = None
        self.person: Person | None = None
        self.code = "OK"
        self.reason = ""
        self.incident = ""
        self.message_id = ""
        self.notes = _NO_NOTES
        self.items = 0
        self.waits = False
        self.revision = 0
        self.ended: Refused | None = None

    @property
    def admitted(self) -> Caller:
        """The caller, once the first gate has identified it."""
        assert self.caller is not None, "nothing is asked of a call before its gates"  # noqa: S101
        return self.caller

    def tell_delivery(self, timeline: Timeline) -> None:
        """Say in the log line of which message it was, if there is a header, and how it went."""
        if timeline.header is not None:
            self.message_id = str(timeline.header.context.message_id)
            self.notes = {**self.notes, **timeline.fields()}

    def metadata(self, name: str) -> str:
        """Return the value of one metadata key as text, or an empty text."""
        for key, value in self.context.invocation_metadata() or ():
            if key == name:
                return value if isinstance(value, str) else value.decode("utf-8", "replace")
        return ""

    def metadata_values(self, name: str) -> list[str]:
        """Return all values of one metadata key as text."""
        return [
            value if isinstance(value, str) else value.decode("utf-8", "replace")
            for key, value in self.context.invocation_metadata() or ()
            if key == name
        ]

    @property
    def account(self) -> str:
        """The account of the person for whom the caller calls, as it names it; may be empty."""
        return self.metadata(USER_METADATA).strip()

    @property
    def language(self) -> str:
        """`nl` if the caller prefers Dutch, else `en`."""
        return preferred_language(self.metadata(_LANGUAGE_METADATA))


_current: ContextVar[Call] = ContextVar("wissel_call")


def current() -> Call:
    """Return the call that this task serves."""
    return _current.get()


def caller() -> Caller:
    """Return the caller of the current call, which the interceptor has let in."""
    return _current.get().admitted


def enter(call: Call) -> None:
    """Make a call the current one of this task."""
    _current.set(call)


def preferred_language(accepted: str) -> str:
    """Return `nl` or `en`, whichever an Accept-Language text ranks first (RFC 9110); else `en`."""
    best, chosen = 0.0, "en"
    for part in accepted.lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().partition("-")[0]
        weight = _weight(parameter)
        if language in ("nl", "en") and weight > best:
            best, chosen = weight, language
    return chosen


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
