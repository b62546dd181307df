"""The exceptions of the SDK.

    WisselError
     ├── Refused           the hub or a LAS refused: a reason, a sentence, a fix
     ├── Unreachable       no answer, or not in time
     ├── IdentityError     a certificate, key or trust root that cannot be used
     ├── DossierUnusable   a file that cannot be sent
     │    └── DossierUnfit  a dossier with mistakes, which is not prepared
     ├── FileUnusable      a table in a file that cannot be read
     ├── ReceiptUntrusted  a receipt that does not prove the delivery
     ├── EndlessList       a list of the hub whose pages do not come to an end
     ├── StorageError      an outbox or inbox that cannot be used
     └── UsedAfterFork     a connection or LAS that was opened before a fork

None of them holds a payload, a person or a key.
"""

from collections.abc import Mapping, Sequence

import grpc


class WisselError(Exception):
    """Base of the exceptions that the SDK raises."""


class Refused(WisselError):
    """The hub or a LAS refused a call (docs/errors.md).

    `reason` is a name of `wissel.routing.refusals.reasons.Reason`, or one that is
    newer than this SDK; `code` is the gRPC status. `text` and `fix` are sentences
    for people, `contact` says whom to ask; each may be empty. `metadata` are the
    facts that counted. `field` is the request field at fault, empty if it is
    none. `retry_after` is the time to wait in seconds, None if a retry was not
    offered.
    """

    def __init__(  # noqa: PLR0913 - the parts of a refusal
        self,
        reason: str,
        text: str,
        *,
        code: grpc.StatusCode,
        fix: str = "",
        contact: str = "",
        metadata: Mapping[str, str] | None = None,
        field: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{reason}: {text}{f' Fix: {fix}' if fix else ''}")
        self.reason = reason
        self.text = text
        self.code = code
        self.fix = fix
        self.contact = contact
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.field = field
        self.retry_after = retry_after


class Unreachable(WisselError):
    """There was no answer from `server` (`host:port`); `cause` is the error of the transport."""

    def __init__(self, server: str, cause: str) -> None:
        super().__init__(f"{server} cannot be reached: {cause}")
        self.server = server
        self.cause = cause


class IdentityError(WisselError):
    """A certificate, key or trust root cannot be used; the message says which and why."""


class DossierUnusable(WisselError):
    """A file cannot be sent; the message says which and why."""


class DossierUnfit(DossierUnusable):
    """A dossier has mistakes; the message names their rules, and holds no value of it."""


class FileUnusable(WisselError):
    """A table in a file cannot be read; `summary` says which, `problems` what is wrong where."""

    def __init__(self, summary: str, problems: Sequence[str] = ()) -> None:
        super().__init__("; ".join((summary, *problems)))
        self.summary = summary
        self.problems = tuple(problems)


class ReceiptUntrusted(WisselError):
    """A receipt that does not prove the delivery; `reason` is the rule that it fails."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class EndlessList(WisselError):
    """The pages of a list do not come to an end; a mistake of the hub."""


class StorageError(WisselError):
    """An outbox or inbox cannot be used; the message says which and why."""


class UsedAfterFork(WisselError):
    """A hub or LAS was opened before this process was forked; the message says what to do."""
