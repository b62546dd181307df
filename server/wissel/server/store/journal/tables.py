"""The tables of the delivery journal (design.md#journal).

`delivery_entry` is the record: one row for each move of a message, appended and
never changed; it goes when the delivery is reduced. `delivery` beside it holds
where each message stands now, with the receipts, and `delivery_outcome` what its
receiver says became of it. None ever holds a payload.
Instants are microseconds since 1970, UTC.

A reduced delivery (design.md#retention) is a row of `delivery` without entries. It
has its sender, message id, header digest and state; `updated` is the beginning of
its day in Amsterdam, and in the place of both receipts stand their digests. All
other texts are empty and all other numbers 0: so `accepted` tells it from others,
its key stays taken, and versions that know of no reduction can read it.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from wissel.server.store.columns import NAME, NAMING, NUMBER

METADATA: Final = MetaData(naming_convention=NAMING)

DELIVERY: Final = Table(
    "delivery",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("sender_oin", NAME, nullable=False),
    Column("message_id", NAME, nullable=False),
    Column("header_digest", LargeBinary(32), nullable=False),
    Column("receiver_oin", NAME, nullable=False),
    Column("sender", NAME, nullable=False),
    Column("receiver", NAME, nullable=False),
    Column("sender_organisation", NAME, nullable=False),
    Column("receiver_organisation", NAME, nullable=False),
    Column("service", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("routing_key", NAME, nullable=False),
    Column("endpoint_id", NAME, nullable=False),
    Column("sender_mandate_id", NAME, nullable=False),
    Column("receiver_mandate_id", NAME, nullable=False),
    Column("registry_revision", BigInteger, nullable=False),
    Column("payload_size", BigInteger, nullable=False),
    Column("payload_sha256", LargeBinary(32), nullable=False),
    Column("owner", NAME, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", NAME, nullable=False),
    Column("bound", Boolean, nullable=False),
    Column("reason", NAME, nullable=False),
    Column("detail", NAME, nullable=False),
    Column("text", Text, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("hub_receipt", LargeBinary, nullable=False),
    Column("receiver_receipt", LargeBinary, nullable=False),
    UniqueConstraint("sender_oin", "message_id"),
    Index(None, "receiver_oin", "number"),
    Index(None, "sender_organisation", "number"),
    Index(None, "receiver_organisation", "number"),
    Index(None, "state", "lease_until"),
    Index(None, "accepted", "sender_oin", "message_id"),
)
"""Where each message stands; a number says nothing of the order in which hubs committed."""

ENTRY: Final = Table(
    "delivery_entry",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("sender_oin", NAME, nullable=False),
    Column("message_id", NAME, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", NAME, nullable=False),
    Column("reason", NAME, nullable=False),
    Column("receiver_oin", NAME, nullable=False),
    Column("endpoint_id", NAME, nullable=False),
    Column("registry_revision", BigInteger, nullable=False),
    Column("owner", NAME, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Index(None, "sender_oin", "message_id"),
)
"""Every move of every message, in order."""

OUTCOME: Final = Table(
    "delivery_outcome",
    METADATA,
    Column("sender_oin", NAME, primary_key=True),
    Column("message_id", NAME, primary_key=True),
    Column("result", NAME, nullable=False),
    Column("rules", NAME, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("payload_sha256", LargeBinary(32), nullable=False),
    Column("signed", LargeBinary, nullable=False),
)
"""What the receiver of a message said last of it; `rules` are separated by blanks."""

TRANSFER: Final = Table(
    "transfer_session",
    METADATA,
    Column("session_id", NAME, primary_key=True),
    Column("requester_oin", NAME, nullable=False),
    Column("requester", NAME, nullable=False),
    Column("requester_routing_key", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("initiator", NAME, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("result", NAME, nullable=False),
    Index(None, "requester_oin", "source", "started"),
    Index(None, "started"),
)
"""Sessions of prepare and fetch; `result` is empty as long as one is not signed off."""

TRANSFER_KEY: Final = Table(
    "transfer_key",
    METADATA,
    Column("session_id", NAME, primary_key=True),
    Column("source_routing_key", NAME, primary_key=True),
    Column("key_sha256", LargeBinary(32), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index(None, "expires"),
)
"""The digest of the key that a session used first at a delivery point, until it has ended."""

TRANSFER_MISS: Final = Table(
    "transfer_miss",
    METADATA,
    Column("session_id", NAME, primary_key=True),
    Column("source_routing_key", NAME, primary_key=True),
    Column("requester_oin", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("told", BigInteger, nullable=False),
    Index(None, "requester_oin", "source", "told"),
    Index(None, "told"),
)
"""Delivery points at which a session found no dossier; each counts once."""

NOTIFICATION: Final = Table(
    "transfer_notification",
    METADATA,
    Column("source_oin", NAME, primary_key=True),
    Column("notification_id", NAME, primary_key=True),
    Column("source", NAME, nullable=False),
    Column("source_routing_key", NAME, nullable=False),
    Column("requester_oin", NAME, nullable=False),
    Column("requester", NAME, nullable=False),
    Column("requester_routing_key", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("initiator", NAME, nullable=False),
    Column("session_id", NAME, nullable=False),
    Column("state", NAME, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", NAME, nullable=False),
    Column("announced", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("link_sha256", LargeBinary(32), nullable=False),
    Column("link_key", NAME, nullable=False),
    Index(None, "source_oin", "requester", "announced"),
    Index(None, "state", "due"),
    Index(None, "announced"),
)
"""What sources announce to requesters; `link_key` is empty once nobody is told it any more."""

LINK: Final = Table(
    "transfer_link",
    METADATA,
    Column("link_sha256", LargeBinary(32), primary_key=True),
    Column("source_oin", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("source_routing_key", NAME, nullable=False),
    Column("requester_oin", NAME, nullable=False),
    Column("requester", NAME, nullable=False),
    Column("requester_routing_key", NAME, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index(None, "expires"),
)
"""Between whom a link key counts, which is known here by its digest alone."""
