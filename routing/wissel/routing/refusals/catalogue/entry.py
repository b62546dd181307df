"""The shape of the catalogue: what is said about each reason, and who can help."""

from dataclasses import dataclass
from enum import StrEnum, unique


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


RETRYABLE = frozenset({Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED})
"""The codes whose status carries a RetryInfo."""


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
    """The desk to ask, as the client's documents name them."""

    KENNISNET = "KENNISNET"
    DUO = "DUO"
    VENDOR = "VENDOR"
    SCHOOL = "SCHOOL"
    OPERATOR = "OPERATOR"


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
    """All that is fixed about one reason.

    `oso_result` is the documented result name of OSO's Traffic Center that says
    the same. `retry_seconds` is the wait before a retry of the unchanged call
    may help; None where it does not help.
    """

    code: Code
    en: Words
    nl: Words
    owner: Owner
    contact: Contact
    oso_result: str | None = None
    retry_seconds: int | None = None
