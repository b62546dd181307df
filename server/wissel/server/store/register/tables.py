"""The tables of the register (design.md#storage).

`registry_event` is the truth. The tables of facts beside it are its projection:
the current body of each fact, its key, and the columns that lists filter by.
Which fact goes where stands in `projection`.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from wissel.server.store.columns import NAME, NAMING, Instant

METADATA: Final = MetaData(naming_convention=NAMING)

HEAD: Final = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("recorded_time", Instant, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
)
"""The one row that every writer locks first: so revisions commit in order."""

EVENT: Final = Table(
    "registry_event",
    METADATA,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded_time", Instant, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("method", NAME, nullable=False),
    Column("entity", NAME, nullable=False),
    Column("entity_id", NAME, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("request_id", NAME, nullable=False),
    Index(None, "entity", "entity_id", "revision"),
)
"""What changed, one row per fact, in the order (revision, seq); never updated."""

SUBJECT: Final = Table(
    "event_subject",
    METADATA,
    Column("subject", NAME, primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
)
"""Whom an event touches: `organisation:99XA`, `party:<OIN>`, `system:…`, `service:…`."""

PERSON: Final = Table(
    "person",
    METADATA,
    Column("person_id", NAME, primary_key=True),
    Column("subject", NAME, nullable=False),
    Column("last_act", Instant, nullable=False),
    Index(None, "subject", unique=True),
    Index(None, "last_act"),
)
"""Whom the `person` of an event stands for; outside the log, so that it can be erased (ADR 22)."""

ANSWER: Final = Table(
    "request_answer",
    METADATA,
    Column("caller_oin", NAME, primary_key=True),
    Column("person_id", NAME, primary_key=True, server_default=""),
    Column("method", NAME, primary_key=True),
    Column("request_id", NAME, primary_key=True),
    Column("body_sha256", LargeBinary(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("recorded_time", Instant, nullable=False),
    Index(None, "recorded_time"),
)
"""Answers kept for a repeat of the same request."""

DOCUMENT: Final = Table(
    "agreement_document",
    METADATA,
    Column("sha256", NAME, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""The documents of texts, by the digest that facts name them by; never changed."""

ACCEPTANCE: Final = Table(
    "agreement_acceptance",
    METADATA,
    Column("agreement_id", NAME, primary_key=True),
    Column("person_id", NAME, nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Index(None, "person_id"),
)
"""What the hub signed about acceptances; outside the log, as it tells who accepted (ADR 25)."""

ROUND: Final = Table(
    "ping_round",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", NAME, nullable=False),
    Column("lease", Instant, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
)
"""The last round of pings, and who leads it (design.md#living-endpoints)."""

RECEIVER: Final = Table(
    "receiver",
    METADATA,
    Column("host", NAME, primary_key=True),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("oin", NAME, primary_key=True),
    Column("checked", Instant, nullable=False),
    Column("cause", NAME, nullable=False),
    Column("detail", Text, nullable=False),
    Column("since", Instant),
    Column("counted_seconds", BigInteger, nullable=False),
    Column("warned", Integer, nullable=False),
    Column("certificate_ends", Instant),
)
"""What the last ping of each receiver found; outside the log, as it is not for ever true."""

INDEXED: Final[Mapping[str, tuple[str, ...]]] = {
    "board": ("kvk",),
    "school": ("board",),
    "samenwerkingsverband": ("oin", "kvk"),
    "agreement_text": (),
    "agreement": ("signatory", "signer", "last_day"),
    "party": ("role",),
    "system": ("party", "oin"),
    "qualification": ("system_id", "service"),
    "service": (),
    "mandate": ("organisation", "service", "system_id", "processing"),
    "endpoint": ("mandate_id", "organisation", "service", "system_id", "routing_key"),
    "revocation": (),
    "source_report": (),
    "postcode_area": (),
    "system_key": ("system_id", "key_id"),
}
"""Per fact table the columns that lists filter by."""


def _fact_table(name: str, indexed: tuple[str, ...]) -> Table:
    """Return the table of one kind of fact."""
    return Table(
        name,
        METADATA,
        Column("key", NAME, primary_key=True),
        *(Column(column, NAME, nullable=False, index=True) for column in indexed),
        Column("revision", BigInteger, nullable=False),
        Column("created_revision", BigInteger, nullable=False),
        Column("body", Text, nullable=False),
    )


FACT_TABLES: Final[Mapping[str, Table]] = {
    name: _fact_table(name, indexed) for name, indexed in INDEXED.items()
}
"""The current facts, by the name of their entity."""
