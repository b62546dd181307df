"""What the store keeps: a prepared dossier, and a request in vain."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from wissel.clients.addressing import parse_address
from wissel.clients.providing.rules import Offered, Receiver, Stage, parse_receiver
from wissel.routing.exchange.envelope import Address, Attestation, Kind
from wissel.routing.exchange.fetching.search_keys import PupilNumber
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDossier:
    """A dossier that lies ready at a school; of whom is in `numbers`, which are never shown.

    `routing_key` is the one delivery point that gives it, None for each of the
    school. It is given until the end of the day `until`, unless it is `held`.
    `collected` is no earlier than the moment at which its content was collected.
    `initiator` is a pseudonym of the account that prepared it. `replaced` are the
    dossiers whose place it took just now, when it was prepared or released.
    """

    dossier_id: UUID
    brin: Brin
    routing_key: RoutingKey | None
    kind: Kind
    stage: Stage
    receivers: tuple[Receiver, ...]
    held: bool
    until: dt.date
    prepared: dt.datetime
    collected: dt.datetime
    versions: frozenset[str]
    attestation: Attestation
    initiator: str
    size: int
    sha256: bytes
    numbers: frozenset[PupilNumber] = field(default=frozenset(), repr=False, compare=False)
    replaced: tuple[UUID, ...] = field(default=(), compare=False)

    @property
    def offered(self) -> Offered:
        """What counts when it is asked for."""
        return Offered(
            receivers=self.receivers,
            held=self.held,
            collected=self.collected,
            versions=self.versions,
        )


class RequestState(StrEnum):
    """What became of a request in vain."""

    NOT_FOUND = "NOT_FOUND"
    NOT_READY = "NOT_READY"
    NOT_ALLOWED = "NOT_ALLOWED"
    AVAILABLE = "AVAILABLE"
    TOLD = "TOLD"


_IN_VAIN: Final = {
    TransferResult.NOT_FOUND: RequestState.NOT_FOUND,
    TransferResult.NOT_READY: RequestState.NOT_READY,
    TransferResult.REQUESTER_NOT_ALLOWED: RequestState.NOT_ALLOWED,
}
STATE_OF: Final[Mapping[Reason, RequestState]] = {
    reason: _IN_VAIN[result]
    for reason, entry in CATALOGUE.items()
    if (result := TransferResult(entry.transfer_result)) in _IN_VAIN
}
"""What becomes of a request that is refused for one of these reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedRequest:
    """A request in vain, kept until the end of the day `until`.

    `source` and `requester` are both delivery points. `state` is AVAILABLE once a
    dossier lies ready that it would get, and TOLD once its requester was told so.
    `search_key` stands for the pupil: only with one's own private key
    (`source_key_id`) and the public one of `requester_system` can be told for whom.
    `dossier_id` is the dossier that it would get.
    """

    session_id: UUID
    source: Address
    requester_oin: Oin
    requester: Address
    kind: Kind
    asked: dt.datetime
    until: dt.date
    state: RequestState
    search_key: bytes = field(repr=False)
    source_key_id: UUID
    requester_key_id: UUID
    requester_system: SystemId
    requester_public_key: bytes = field(repr=False)
    dossier_id: UUID | None = None


def dossier_as_json(dossier: PreparedDossier) -> str:
    """Return what has no column of its own."""
    attested = dossier.attestation
    return json.dumps(
        {
            "stage": dossier.stage,
            "receivers": [str(each) for each in dossier.receivers],
            "prepared": dossier.prepared.isoformat(),
            "collected": dossier.collected.isoformat(),
            "versions": sorted(dossier.versions),
            "inzage": attested.inzage,
            "inzage_date": attested.inzage_date.isoformat() if attested.inzage_date else None,
            "toestemming": attested.toestemming,
            "initiator": dossier.initiator,
            "size": dossier.size,
            "sha256": dossier.sha256.hex(),
        }
    )


def dossier_of_row(row: tuple[str, str, str, str, int, str, str]) -> PreparedDossier:
    """Return the dossier in a row: id, brin, routing key, kind, held, until, JSON."""
    dossier_id, brin, routing_key, kind, held, until, text = row
    said: dict[str, Any] = json.loads(text)
    date = said["inzage_date"]
    return PreparedDossier(
        dossier_id=UUID(dossier_id),
        brin=Brin(brin),
        routing_key=RoutingKey(routing_key) if routing_key else None,
        kind=Kind(kind),
        stage=Stage(said["stage"]),
        receivers=tuple(map(parse_receiver, said["receivers"])),
        held=bool(held),
        until=dt.date.fromisoformat(until),
        prepared=dt.datetime.fromisoformat(said["prepared"]),
        collected=dt.datetime.fromisoformat(said["collected"]),
        versions=frozenset(said["versions"]),
        attestation=Attestation(
            inzage=said["inzage"],
            inzage_date=dt.date.fromisoformat(date) if date else None,
            toestemming=said["toestemming"],
        ),
        initiator=said["initiator"],
        size=said["size"],
        sha256=bytes.fromhex(said["sha256"]),
    )


def address_as_json(address: Address) -> str:
    """Return one end of a request."""
    return json.dumps([address.organisation, address.vestiging, address.routing_key])


def address_in_json(text: str) -> Address:
    """Return the end of a request that `address_as_json` wrote."""
    organisation, vestiging, routing_key = json.loads(text)
    return parse_address(vestiging or organisation, "request", routing_key=routing_key or "")
