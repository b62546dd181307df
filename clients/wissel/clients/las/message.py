"""What a LAS implements: `Las`, the messages that it accepts, and how it refuses one."""

import logging
import re
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from wissel.clients.storage.atomic_write import replacing
from wissel.clients.storage.private import private_opener
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.envelope import (
    DOSSIERS,
    Address,
    EnvelopeContext,
    Kind,
    parse_choice,
    parse_message_id,
)
from wissel.routing.exchange.messages import address_of
from wissel.routing.exchange.outcome import OutcomeResult
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.routing.values.person_numbers import holds_person_number

_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_TEXT_LIMIT: Final = 300
_COPY: Final = 1024 * 1024
_LOG: Final = logging.getLogger("wissel.las")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A complete message whose signatures, size and digest have been verified.

    `routing_key` is the administration that it is for. `context` is what the
    sender signed about it. `path` is a temporary file with the payload, removed
    once `accept` has returned: read it, or `keep` it. `size` is in bytes, `sha256`
    in lower-case hex. `maybe_seen` is True if an earlier `accept` of this message
    was interrupted: check whether (context.sender_oin, context.message_id) is
    already in the administration before importing it.
    """

    routing_key: RoutingKey
    context: EnvelopeContext
    path: Path
    size: int
    sha256: str
    maybe_seen: bool = False

    def open(self) -> IO[bytes]:
        """Open the payload for reading, in binary."""
        return self.path.open("rb")

    def keep(self, target: Path) -> Path:
        """Put the payload into the file `target`, replacing it, and return `target`.

        When this returns the file survives a power cut, and only its owner may read
        it. Raises OSError.
        """
        temporary = target.with_name(f"{target.name}.{self.context.message_id}.part")
        with replacing(target, temporary):
            self._name(temporary)
        return target

    def _name(self, target: Path) -> None:
        """Give the payload a second name: the first is what `accept` is resumed from."""
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(self.path)
        except OSError:  # another file system, or one that knows one name for a file
            with self.open() as source, open(target, "wb", opener=private_opener) as file:
                shutil.copyfileobj(source, file, _COPY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of a message that was accepted, for its sender to read.

    `rules` are ids of the rules that the dossier breaks, of a REJECTED one
    (docs/dossier.md#ids); never a value of it.
    """

    result: OutcomeResult
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """There is something to fetch: from `source`, for `requester`.

    Under `link_key` for a swv-dossier, otherwise what was asked in the session
    `session_id`. `source_oin` is who has it; both addresses have their routing key.
    Keep the link key as secret as what it opens.
    """

    notification_id: UUID
    source_oin: Oin
    source: Address
    requester: Address
    kind: Kind
    link_key: UUID | None = field(default=None, repr=False)
    session_id: UUID | None = None


def notification_of(request: las_service_pb2.NotifyRequest) -> Notification:
    """Return what a hub tells; raises `Refused` with the field at fault."""
    link_key, session_id = request.link_key, request.session_id
    if not link_key and not session_id:
        raise Refused(Reason.FIELD_REQUIRED, field="link_key")
    return Notification(
        notification_id=parse_message_id(request.notification_id, "notification_id"),
        source_oin=Oin.parse(request.source_oin, "source_oin"),
        source=address_of(request.source, "source"),
        requester=address_of(request.requester, "requester"),
        kind=Kind(parse_choice(request.overdrachtsoort, DOSSIERS, "overdrachtsoort")),
        link_key=parse_message_id(link_key, "link_key") if link_key else None,
        session_id=parse_message_id(session_id, "session_id") if session_id else None,
    )


class RefuseMessage(Exception):
    """Raised by `accept` for a message that will not be accepted, now or later.

    `reason` is 1 to 64 of A-Z, 0-9 and `_`, beginning with a letter, such as
    `ADMINISTRATION_UNKNOWN`; `text` is one sentence for people of at most 300
    characters, without a person's number. Raises ValueError for others.
    """

    def __init__(self, reason: str, text: str = "") -> None:
        if not _REASON.fullmatch(reason):
            raise ValueError("a reason is 1 to 64 of A-Z, 0-9 and _, beginning with a letter")
        if len(text) > _TEXT_LIMIT or holds_person_number(text):
            raise ValueError("a text has at most 300 characters and no number of a person")
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class Las(ABC):
    """An administration system (LAS) that receives messages; implement `accept`."""

    software = "wissel-sdk"
    """Name and version of the software, for a connection test."""

    @abstractmethod
    def accept(self, message: IncomingMessage) -> Became | None:
        """Store the message so that it survives a crash, and return.

        It is called in a thread; several calls may run at the same time, for
        different messages. When it returns, a receipt is signed: from then on you
        are responsible for the message. Raise `RefuseMessage` to refuse it for
        good. After any other exception the hub delivers the same message again.

        Return what became of it if that is known already, such as
        `Became(result=OutcomeResult.IMPORTED)`: the hub is told, if the LAS was
        given one to tell. It may also be reported later, or again
        (`Hub.report_outcome`).
        """

    def notified(self, notification: Notification) -> None:
        """Keep that there is something to fetch, and return; by default a line of the log says so.

        It is called in a thread. When it returns, the hub is told that it is kept. After
        any exception the hub tells it again; it may come again anyhow, and is then known
        by its `source_oin` and `notification_id`.
        """
        _LOG.info(
            "notified %s: %s of %s for %s",
            notification.notification_id,
            notification.kind.value,
            notification.source.place,
            notification.requester.place,
        )
