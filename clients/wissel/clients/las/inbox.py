"""What was delivered to one LAS process, and which messages it is at work on."""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.received.messages import MessageKey, Messages
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers
from wissel.clients.storage.locks import lock_if_free
from wissel.clients.storage.private import (
    is_open_to_others,
    make_private_file,
    make_private_folder,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_LEFTOVER: Final = re.compile(rf"{UUID_NAME}\.part")
_LOG: Final = logging.getLogger("wissel.las")


class Inbox(Messages):
    """The messages of one LAS process, in `<folder>/inbox.db`; each change is durable.

    Only one process may use the folder; `StorageError` for a second one, or if
    the folder cannot be used. One thread at a time may call its methods.
    """

    def __init__(self, folder: Path) -> None:
        self.incoming = folder / "incoming"
        try:
            make_private_folder(self.incoming)
            make_private_file(folder / ".lock")
            open_to_others = is_open_to_others(folder)
        except OSError as error:
            message = f"{folder}: {error.strerror}"
            raise StorageError(message) from None
        self._held = ExitStack()
        if not self._held.enter_context(lock_if_free(folder / ".lock")):
            message = f"{folder}: another process receives here"
            raise StorageError(message)
        self._busy: dict[tuple[str, UUID], bytes] = {}
        super().__init__(folder / "inbox.db")
        # Of a process that crashed: incomplete, and without a receipt.
        remove_leftovers(folder, [self.incoming], _LEFTOVER)
        if open_to_others:
            _LOG.warning("%s can be read by others than its owner; run: chmod 700 on it", folder)

    @contextmanager
    def reserved(self, key: MessageKey) -> Iterator[None]:
        """Reserve a message for this call while the block lasts.

        Raises `Refused(MESSAGE_IN_PROGRESS)` if another call has it. Enter and
        leave it on the event loop.
        """
        name = (key.sender_oin, key.message_id)
        if name in self._busy:
            raise Refused(
                Reason.MESSAGE_IN_PROGRESS, retry_after=1.0, message_id=str(key.message_id)
            )
        self._busy[name] = key.header_digest
        try:
            yield
        finally:
            del self._busy[name]

    def busy(self, key: MessageKey) -> bool:
        """Whether a call has reserved exactly this message."""
        return self._busy.get((key.sender_oin, key.message_id)) == key.header_digest

    def close(self) -> None:
        """Close the database and release the folder."""
        super().close()
        self._held.close()
