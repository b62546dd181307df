"""Tells a message that is new from one that was begun before (design.md#sdk).

A task queue repeats what it is not sure of. A second message with the same dossier
would be imported twice; the same message again is delivered once.
"""

import dataclasses
import datetime as dt
import logging
from dataclasses import dataclass
from typing import Final

from wissel.clients.errors import DossierUnusable, StorageError
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.outbox import Kept, Outbox
from wissel.clients.sending.receipts import DeliveryReceipt, kept_receipt
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.envelope import EnvelopeContext
from wissel.routing.exchange.messages import read_header
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_LOG: Final = logging.getLogger("wissel.sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The entry to send, which is `again` if it may have been sent before.

    `receipt` is that of a message that has been delivered: there is nothing to send.
    """

    entry: Entry
    again: bool = False
    receipt: DeliveryReceipt | None = None


def begin(
    outbox: Outbox, composed: Entry, *, identified: bool, new: bool, now: dt.datetime
) -> Begun:
    """Return the entry that is sent for `composed`, which is in the outbox from now on.

    1. If the caller gave the message id (`identified`) and the outbox has it: for
       another file, sender, receiver or service it is refused; a delivered one has
       its receipt; any other is sent again as it was signed, unless it has expired.
    2. Without one, and unless it is to be `new`, a pending message of the same
       file, sender, receiver and service is continued.
    3. Else `composed` is added.

    Raises `wissel.routing.refusals.errors.Refused(MESSAGE_ID_REUSED)`,
    `DossierUnusable` if the message to continue says something else about the
    dossier, and `StorageError`.
    """
    # 1.
    if identified and (kept := outbox.find(composed.message_id)) is not None:
        return _repeated(outbox, kept, composed, now)
    # 2.
    if not new and not identified:
        entry = outbox.add_unless(composed, lambda other: _same(other, composed))
        if entry.message_id != composed.message_id:
            _require_same_words(entry, composed)
            _LOG.warning("continuing message %s, which has no receipt yet", entry.message_id)
            return Begun(entry=entry, again=True)
        return Begun(entry=entry)
    # 3.
    outbox.add(composed)
    return Begun(entry=composed)


def context_of(entry: Entry) -> EnvelopeContext:
    """Return what an entry says about its message. Raises `StorageError` if it is damaged."""
    payload = pb.Signed.FromString(entry.signed_header).payload
    try:
        return read_header(payload, pb.EnvelopeHeader, pb.EnvelopeContext).context
    except Refused:
        message = f"outbox entry {entry.message_id} holds no header"
        raise StorageError(message) from None


def _repeated(outbox: Outbox, kept: Kept, composed: Entry, now: dt.datetime) -> Begun:
    if kept.entry is None or not _same(kept.entry, composed):
        raise Refused(
            Reason.MESSAGE_ID_REUSED, field="message_id", message_id=str(composed.message_id)
        )
    if kept.state == "sent":
        _LOG.warning("message %s was delivered before", composed.message_id)
        return Begun(entry=kept.entry, receipt=kept_receipt(kept.entry, kept.record))
    _require_same_words(kept.entry, composed)
    if kept.state == "pending":
        _LOG.warning("continuing message %s, which has no receipt yet", composed.message_id)
        return Begun(entry=_at(kept.entry, composed), again=True)
    expired = context_of(kept.entry).expires <= now
    entry = composed if expired else _at(kept.entry, composed)
    outbox.reopen(entry)
    return Begun(entry=entry, again=not expired)


def _at(entry: Entry, composed: Entry) -> Entry:
    return dataclasses.replace(entry, path=composed.path)


def _same(one: Entry, other: Entry) -> bool:
    """Whether both are of the same bytes, for the same hub, sender, receiver and service."""
    if (one.hub_oin, one.payload_sha256) != (other.hub_oin, other.payload_sha256):
        return False
    return _ends(context_of(one)) == _ends(context_of(other))


def _ends(context: EnvelopeContext) -> tuple[object, ...]:
    return context.sender_oin, context.sender, context.receiver, context.service


def _require_same_words(one: Entry, other: Entry) -> None:
    before, now = context_of(one), context_of(other)
    for name in ("kind", "attestation", "link_key"):
        if getattr(before, name) != getattr(now, name):
            message = (
                f"message {one.message_id} about this file is pending with another {name}; "
                f"end it with `wissel outbox drop {one.message_id}`, or send a new one"
            )
            raise DossierUnusable(message)
