"""What is asked for: whose dossier, of which school, for which delivery point of one's own."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Required, TypedDict
from uuid import UUID

from wissel.clients.addressing import parse_address, requester_of
from wissel.clients.identity import AnyPath
from wissel.clients.sending.compose import account_pseudonym
from wissel.routing.exchange.envelope import DOSSIERS, Address, Kind, parse_choice, parse_initiator
from wissel.routing.exchange.fetching.search_keys import PupilNumber
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey, SystemId
from wissel.traffic.v1 import transfer_service_pb2 as pb

Pupil = PupilNumber | UUID
"""Whose dossier: the number of a pupil, or the link key of an announcement (swv-dossier)."""


class FetchOptions(TypedDict, total=False):
    """The options of `fetch`.

    source: BRIN of the school that has the dossier, `99XA`.
    requester: your own school or samenwerkingsverband, `99XB` or `PO9901`.
    routing_key: your delivery point, 20 characters.
    kind: overdrachtsoort; by default `overstapdossier`, and `swv-dossier` with a link key.
    initiator: pseudonym of the account that ordered it, 8 to 64 of `A-Za-z0-9_-`
        and no nine digits by themselves; by default derived from the account of
        this process.
    source_routing_key: only this delivery point of the source; by default all.
    system: your system whose key is used; only needed if you have keys of several.
    keys: folder of your keys; by default the one of `wissel system key create`.
    if_collected_after: only a dossier that was collected after this aware instant.
    accepted_versions: versions of the dossier that you can read, at most 10.
    """

    source: Required[str]
    requester: Required[str]
    routing_key: Required[str]
    kind: str
    initiator: str
    source_routing_key: str
    system: str
    keys: AnyPath
    if_collected_after: dt.datetime
    accepted_versions: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one session is for; `requester` has its routing key."""

    pupil: Pupil = field(repr=False)
    source: Brin
    requester: Address
    kind: Kind
    initiator: str
    source_routing_key: str
    system: SystemId | None
    if_collected_after: dt.datetime | None
    accepted_versions: tuple[str, ...]

    def start_request(self) -> pb.StartTransferRequest:
        """Return the request that starts the session. It tells nothing of the pupil."""
        return pb.StartTransferRequest(
            source_brin=self.source,
            source_routing_key=self.source_routing_key,
            requester=requester_of(self.requester),
            overdrachtsoort=self.kind.value,
            initiator=self.initiator,
        )


def wanted(pupil: Pupil, options: FetchOptions) -> Wanted:
    """Return what is asked for.

    Raises `wissel.routing.refusals.errors.Refused` for an option that is not well
    formed, with its name as the field; and for a swv-dossier by a number, or another
    dossier by a link key, with the field `kind`.
    """
    kind = _kind(pupil, options.get("kind", ""))
    routing_key = RoutingKey.parse(options["routing_key"], "routing_key")
    if (after := options.get("if_collected_after")) is not None and after.tzinfo is None:
        raise Refused(Reason.FIELD_INVALID, field="if_collected_after")
    system = options.get("system", "")
    return Wanted(
        pupil=pupil,
        source=Brin.parse(options["source"], "source"),
        requester=parse_address(options["requester"], "requester", routing_key=routing_key),
        kind=kind,
        initiator=parse_initiator(options.get("initiator") or account_pseudonym(), "initiator"),
        source_routing_key=options.get("source_routing_key", ""),
        system=SystemId.parse(system, "system") if system else None,
        if_collected_after=after,
        accepted_versions=tuple(options.get("accepted_versions", ())),
    )


def _kind(pupil: Pupil, text: str) -> Kind:
    """Return the kind that is asked for; of a swv-dossier no number says whose it is (PaO.LL12)."""
    by_link = isinstance(pupil, UUID)
    kind = Kind(parse_choice(text or (Kind.SWV if by_link else Kind.OVERSTAP), DOSSIERS, "kind"))
    if by_link is not (kind is Kind.SWV):
        problem = f"which is fetched by {'a number' if by_link else 'a link key'}"
        raise Refused(Reason.FIELD_INVALID, field="kind", value=kind.value, problem=problem)
    return kind
