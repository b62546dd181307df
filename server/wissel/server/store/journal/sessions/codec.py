"""Sessions as rows of the journal, and back."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import Terms, Transfer, TransferResult
from wissel.routing.values.identifiers import Brin, Oin, Organisation, RoutingKey, Swv
from wissel.server.store.journal.codec import instant_of, microseconds_of

_BRIN_LENGTH: Final = 4


def transfer_row(transfer: Transfer) -> dict[str, Any]:
    """Return the row of a session."""
    terms = transfer.terms
    return {
        "session_id": str(transfer.session_id),
        "requester_oin": transfer.requester_oin,
        "requester": str(terms.requester),
        "requester_routing_key": terms.requester_routing_key,
        "source": terms.source,
        "kind": terms.kind.value,
        "initiator": transfer.initiator,
        "started": microseconds_of(transfer.started),
        "expires": microseconds_of(transfer.expires),
        "result": transfer.result.value if transfer.result else "",
    }


def transfer_of(row: Mapping[str, Any]) -> Transfer:
    """Return the session in a row."""
    return Transfer(
        session_id=UUID(row["session_id"]),
        requester_oin=Oin(row["requester_oin"]),
        terms=terms_of(row),
        initiator=row["initiator"],
        started=instant_of(row["started"]),
        expires=instant_of(row["expires"]),
        result=TransferResult(row["result"]) if row["result"] else None,
    )


def terms_of(row: Mapping[str, Any]) -> Terms:
    """Return the terms in a row of a session or a notification."""
    return Terms(
        source=Brin(row["source"]),
        requester=organisation_of(row["requester"]),
        requester_routing_key=RoutingKey(row["requester_routing_key"]),
        kind=Kind(row["kind"]),
    )


def organisation_of(text: str) -> Organisation:
    """Return the organisation that a column names."""
    return Brin(text) if len(text) == _BRIN_LENGTH else Swv(text)
