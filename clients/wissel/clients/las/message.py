"""What a LAS gets to see of a message, and how it says no."""

import errno
import os
import re
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from wissel.clients.storage.atomic_write import sync_folder
from wissel.routing.exchange.envelope import EnvelopeContext
from wissel.routing.values.identifiers import RoutingKey
from wissel.routing.values.person_numbers import holds_person_number

_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_TEXT_LIMIT: Final = 300
_COPY: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A complete message whose signatures, size and digest have been verified.

    `routing_key` is the administration that it is for. `path` is a temporary
    file with the payload, gone once `accept` has returned: read it, or `keep`
    it. `sha256` is lower-case hex. `maybe_seen` is True when an earlier attempt
    was cut off while `accept` was at work: then look whether (context.sender_oin,
    context.message_id) is already there before importing it.
    """

    routing_key: RoutingKey
    context: EnvelopeContext
    path: Path
    size: int
    sha256: str
    maybe_seen: bool = False

    def open(self) -> IO[bytes]:
        """Open the payload for reading."""
        return self.path.open("rb")

    def keep(self, target: Path) -> Path:
        """Move the payload to `target`, durably; what was there is replaced."""
        temporary = target.with_name(f"{target.name}.{self.context.message_id}.part")
        try:
            self._move(temporary)
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        return target

    def _move(self, target: Path) -> None:
        try:
            self.path.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:  # another file system: only then copy
                raise
            with self.open() as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, _COPY)


class RefuseMessage(Exception):
    """Raised by `accept`: this message will not be accepted, now or later.

    `reason` is upper snake case, such as `ADMINISTRATION_UNKNOWN`; `text` one
    sentence for people of at most 300 characters, never about a person.
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
    """An administration system that receives messages."""

    software = "wissel-sdk"
    """Name and version of the software, for a connection test."""

    @abstractmethod
    def accept(self, message: IncomingMessage) -> None:
        """Store the message so that it survives a crash, and return.

        Runs in a thread of its own; several may run at once, for different
        messages. Once it has returned, a receipt is signed: from then on the
        message is yours. Raise `RefuseMessage` for a final no. Any other
        exception means not now: the hub will come back with the same message.
        """
