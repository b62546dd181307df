"""What can go wrong for a caller of the SDK.

    WisselError
     ├── Refused           the hub (or a LAS) said no: a reason, a sentence, a fix
     ├── Unreachable       nobody answered, or not in time
     ├── IdentityError     a certificate, key or trust root that cannot be used
     ├── DossierUnusable   a file that cannot be sent
     ├── ReceiptUntrusted  a receipt that proves nothing
     └── StorageError      an outbox or inbox that cannot be used

None of them holds a payload, a person or a key.
"""

from collections.abc import Mapping

import grpc


class WisselError(Exception):
    """Base of everything that the SDK raises on purpose."""


class Refused(WisselError):
    """The other side said no, and why.

    `reason` is one of `wissel.routing.refusals.reasons.Reason`, or a later one; `text`
    and `fix` are sentences for people, `contact` says whom to ask; `metadata`
    are the facts that counted; `field` is the request field at fault;
    `retry_after` is in seconds, None if a retry was not offered.
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
    """Nobody answered at `server`; `cause` is what the transport said of it."""

    def __init__(self, server: str, cause: str) -> None:
        super().__init__(f"{server} cannot be reached: {cause}")
        self.server = server
        self.cause = cause


class IdentityError(WisselError):
    """A certificate, key or trust root cannot be used; the message says which and why."""


class DossierUnusable(WisselError):
    """A file cannot be sent; the message says which and why."""


class ReceiptUntrusted(WisselError):
    """A receipt that does not prove what it should; `reason` is the rule that it failed."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class StorageError(WisselError):
    """An outbox or inbox cannot be used; the message says which and why."""
