"""The shape of the catalogue: what is said about each reason, and who can help."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from wissel.routing.refusals.reasons import Reason


@unique
class Code(StrEnum):
    """Names of the gRPC status codes that Wissel answers with, and only these."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"


@unique
class Owner(StrEnum):
    """Who can take the fix."""

    CALLER = "CALLER"
    VENDOR = "VENDOR"
    BOARD = "BOARD"
    SCHOOL = "SCHOOL"
    SERVICE_OWNER = "SERVICE_OWNER"
    OPERATOR = "OPERATOR"


@unique
class Contact(StrEnum):
    """Whom to ask, as the client's documents name them."""

    KENNISNET = "KENNISNET"
    DUO = "DUO"
    RIO = "RIO"
    VENDOR = "VENDOR"
    SCHOOL = "SCHOOL"
    OPERATOR = "OPERATOR"


@unique
class Action(StrEnum):
    """What closes the gap that a reason of deciding tells of (design.md#gaps)."""

    NONE = ""
    ASK_OTHERWISE = "ASK_OTHERWISE"
    REGISTER_SCHOOL = "REGISTER_SCHOOL"
    REOPEN_SCHOOL = "REOPEN_SCHOOL"
    SERVE_SECTOR = "SERVE_SECTOR"
    ACTIVATE_VERSION = "ACTIVATE_VERSION"
    SIGN_AGREEMENT = "SIGN_AGREEMENT"
    GIVE_MANDATE = "GIVE_MANDATE"
    PROCESS_MANDATE = "PROCESS_MANDATE"
    QUALIFY_SYSTEM = "QUALIFY_SYSTEM"
    OPEN_ROLLOUT = "OPEN_ROLLOUT"
    REGISTER_ENDPOINT = "REGISTER_ENDPOINT"
    APPROVE_ENDPOINT = "APPROVE_ENDPOINT"
    RESUME_ENDPOINT = "RESUME_ENDPOINT"
    CHOOSE_ENDPOINT = "CHOOSE_ENDPOINT"
    CONNECT_RECEIVER = "CONNECT_RECEIVER"


@dataclass(frozen=True, slots=True)
class Words:
    """What happened and what helps, each one or two sentences.

    `{name}` stands for the metadata of the refusal. It may only stand within
    `[...]`: that part is left out when the refusal does not have the name.
    """

    sentence: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: all that is fixed about one reason.

    code             the status code of a call that is refused for it
    en, nl           its words
    owner, contact   who can take the fix, and whom to ask
    action           what the fix is, for the reasons with which `decide` refuses
    retry_seconds    the wait before a retry of the unchanged call may help, which goes
                     along as RetryInfo; None where it does not help
    own_delay        whether a refusal may tell a wait of its own instead
    also             the names of its metadata that its words do not show; `field` is
                     not in the metadata, but names the field in BadRequest
    other_side       the reason that the other side of an exchange reads in its place,
                     when it is about the receiver (design.md#audiences)
    public           the names of metadata that anyone may read: the asker has named
                     them itself, or anyone can look them up
    foreign          whether its other metadata is of an entity that may be another
                     party's, so that only operators read it
    of_source        what a requester reads in its place when it is the fault of the source
                     that a dossier is fetched from (design.md#fetching)
    by_source        whether a source may say it itself, by its name
    transfer_result  where it stands on the ladder of results with which a session is
                     signed off (design.md#transfers)
    receiver_absent  whether the receiver cannot be asked about any message now, and
                     not only about this one
    """

    code: Code
    en: Words
    nl: Words
    owner: Owner
    contact: Contact
    action: Action = Action.NONE
    retry_seconds: int | None = None
    own_delay: bool = False
    also: frozenset[str] = frozenset()
    other_side: Reason = Reason.RECEIVER_NOT_CONNECTED
    public: frozenset[str] = frozenset()
    foreign: bool = False
    of_source: Reason = Reason.SOURCE_INVALID
    by_source: bool = False
    transfer_result: str = "FAILED"
    receiver_absent: bool = False

    def public_part(self, metadata: Mapping[str, str]) -> dict[str, str]:
        """Return what anyone may read of the metadata of a refusal."""
        return {name: value for name, value in metadata.items() if name in self.public}
