"""How things would stand if something were otherwise."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from wissel.routing.deciding.query import Query
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Fact,
    Qualification,
    RolloutStage,
    Signatory,
    System,
)
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    SystemId,
    Vestiging,
)

SOME_SYSTEM: Final = SystemId("?")
SOME_VENDOR: Final = Oin("?")
SOME_KEY: Final = RoutingKey("?")
SOME_VERSION: Final = Namespace("?")
"""What nobody can register, as it is not well-formed."""
NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """How things would stand, and what is asked then.

    `made` are the names of what is only supposed to be there, `by` what the last fix is
    made by, beyond what the refusal tells: under which mandate an endpoint is to be
    registered, or which of several is to be named.
    """

    table: Table
    query: Query
    made: frozenset[str] = frozenset()
    by: Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> IndexedService:
        """The service that is asked about; there must be one."""
        return self.table.reference.services[self.query.service]

    def side(self, side: Side) -> OrganisationView:
        """Return the organisation of a side; it must be known."""
        code = self.query.sender if side is Side.SENDER else self.query.receiver
        found = None if code is None else self.table.organisation(code)
        if found is None:
            raise LookupError(code)
        return found

    def having(self, *facts: Fact, made: tuple[object, ...] = (), **by: str) -> "Supposition":
        """Return how things would stand with these facts."""
        names = self.made.union(map(str, made))
        return replace(self, table=self.table.supposing(facts), made=names, by=by)

    def asking(self, query: Query, **by: str) -> "Supposition":
        """Return how things stand for another question."""
        return replace(self, query=query, by=by)

    def open(self, code: Organisation, vestiging: Vestiging | None = None) -> "Supposition":
        """Return how things would stand if an organisation were open, and had a vestiging."""
        return replace(self, table=self.table.supposing_open(code, vestiging), by={})


def some_system(service: IndexedService, on: dt.date) -> list[Fact]:
    """Return a system that may act for a service: which one is for the board to choose."""
    return [
        System(system_id=SOME_SYSTEM, party=SOME_VENDOR, name=""),
        Qualification(
            system_id=SOME_SYSTEM,
            service=service.code,
            qualified=True,
            rollout=RolloutStage.OPEN,
        ),
        *(agreement(SOME_VENDOR, kind, on) for kind in service.fact.vendor_agreements),
    ]


def agreement(signatory: Signatory, kind: AgreementKind, on: dt.date) -> Agreement:
    """Return an agreement that is signed on a day."""
    return Agreement(
        agreement_id=ident("agreement", signatory, kind),
        signatory=signatory,
        kind=kind,
        period=Period(on),
    )


def ident(*of: str) -> UUID:
    """Return the id of what is supposed: the same each time."""
    return uuid5(NAMESPACE_OID, "/".join(of))
