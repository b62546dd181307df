"""Who may call what: one table, in which deny is the default (design.md#authorization).

A served method without a row, or a row without a served method, stops the start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wissel.routing.facts import Role
from wissel.server.rpc.calls.quota import Quota


class PolicyError(Exception):
    """The table and the served methods differ; the message names the methods."""


class Sees(StrEnum):
    """The ownership rule: which entities that belong to somebody a caller may see and change.

    What lies outside is NOT_FOUND, exactly as if it did not exist. `scoping`
    makes of it what servicers search by; nothing is visible unless its row says so.
    """

    NOTHING_OWNED = "NOTHING_OWNED"  # none: the method is about nobody's own entities
    OWN = "OWN"  # a vendor its own, an operator all, nobody else any
    OWN_OF_VENDORS = "OWN_OF_VENDORS"  # a vendor its own, chain partners and operators all
    EVERYTHING = "EVERYTHING"  # whoever may call: all


VENDOR: Final = frozenset({Role.VENDOR})
OPERATOR: Final = frozenset({Role.OPERATOR})
ANY_PARTY: Final = frozenset(Role)
ANY_CERTIFICATE: Final = frozenset({*Role, None})
"""None stands for an OIN that nobody registered."""
# A portal acts for persons, whose tokens the hub does not read yet (design.md#authorization).
READERS: Final = frozenset({Role.VENDOR, Role.CHAIN_PARTNER, Role.OPERATOR})
OWNERS: Final = VENDOR | OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row. `cost` tells how many items of `quota` a request counts for.

    `always` marks what also answers while the hub stops or its facts are stale.
    """

    who: frozenset[Role | None]
    sees: Sees = Sees.NOTHING_OWNED
    quota: Quota | None = None
    cost: Callable[[Any], int] | None = None
    always: bool = False

    @property
    def in_memory(self) -> bool:
        """Whether the method decides on the facts in memory, and never waits for the database."""
        return self.quota is Quota.RESOLVE


def _queries(request: Any) -> int:
    return len(request.queries)


_READ: Final = Rule(who=READERS)
_OPERATE: Final = Rule(who=OPERATOR, sees=Sees.EVERYTHING)
_OWN: Final = Rule(who=OWNERS, sees=Sees.OWN)
_RESOLVE: Final = Rule(who=READERS, quota=Quota.RESOLVE)

_SERVICES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "wissel.school.v1.SchoolService": {
        "ImportSchools": _OPERATE,
        "RegisterSchool": _OPERATE,
        "ListSchools": _READ,
        "GetSchool": _READ,
        "ListBoards": _READ,
        "GetBoard": _READ,
    },
    "wissel.school.v1.SamenwerkingsverbandService": {
        "RegisterSamenwerkingsverband": _OPERATE,
        "ListSamenwerkingsverbanden": _READ,
    },
    "wissel.agreement.v1.AgreementService": {
        "RecordAgreement": _OPERATE,
        "TerminateAgreement": _OPERATE,
        "ListAgreements": _OWN,
    },
    "wissel.catalog.v1.CatalogService": {
        "ListServices": _READ,
        "GetService": _READ,
    },
    "wissel.party.v1.PartyService": {
        "WhoAmI": Rule(who=ANY_CERTIFICATE, always=True),
        "RegisterParty": _OPERATE,
        "GetParty": _READ,
        "ListParties": _READ,
        "RegisterSystem": _OPERATE,
        "ListSystems": Rule(who=READERS, sees=Sees.OWN_OF_VENDORS),
        "QualifySystem": _OPERATE,
        "SetRollout": _OPERATE,
        "RevokeCertificate": _OPERATE,
    },
    "wissel.mandate.v1.MandateService": {
        "CreateMandate": _OPERATE,
        "GetMandate": _OWN,
        "ListMandates": _OWN,
        "UpdateMandate": _OPERATE,
        "EndMandate": _OPERATE,
        "ValidateMandate": Rule(who=READERS, quota=Quota.RESOLVE),
    },
    "wissel.endpoint.v1.EndpointService": {
        "RegisterEndpoint": _OWN,
        "EndEndpoint": _OWN,
        "SuspendEndpoint": _OWN,
        "ResumeEndpoint": _OWN,
        "GetEndpoint": _OWN,
        "ListEndpoints": _OWN,
        "LookupEndpoints": Rule(who=READERS, quota=Quota.LOOKUP),
    },
    "wissel.traffic.v1.RouteService": {
        "ResolveRoute": _RESOLVE,
        "BatchResolveRoutes": Rule(who=READERS, quota=Quota.RESOLVE, cost=_queries),
        "ExplainRoute": _RESOLVE,
    },
    "wissel.traffic.v1.TrafficService": {
        # An operator helps with everything but never sends in anybody's name.
        "ForwardEnvelope": Rule(who=VENDOR, sees=Sees.OWN),
        "GetDelivery": _OWN,
        "ListDeliveries": _OWN,
    },
    "grpc.health.v1.Health": {
        "Check": Rule(who=ANY_CERTIFICATE, always=True),
        "List": Rule(who=ANY_CERTIFICATE, always=True),
        "Watch": Rule(who=ANY_CERTIFICATE, always=True),
    },
    "grpc.reflection.v1alpha.ServerReflection": {
        "ServerReflectionInfo": Rule(who=ANY_PARTY, always=True),
    },
    "grpc.channelz.v1.Channelz": {
        method: Rule(who=OPERATOR, sees=Sees.EVERYTHING, always=True)
        for method in (
            "GetTopChannels",
            "GetServers",
            "GetServer",
            "GetServerSockets",
            "GetChannel",
            "GetSubchannel",
            "GetSocket",
        )
    },
}

POLICY: Final[Mapping[str, Rule]] = {
    f"/{service}/{method}": rule
    for service, methods in _SERVICES.items()
    for method, rule in methods.items()
}
"""Full method name, such as `/wissel.party.v1.PartyService/WhoAmI`, to its row."""


def check_policy(served: Iterable[str], policy: Mapping[str, Rule] = POLICY) -> None:
    """Compare the full names of the served methods with the table.

    Raises `PolicyError` if either has a method that the other lacks, or if a
    row lets nobody in: that is a mistake, as such a method would not be served.
    """
    methods = set(served)
    problems = [f"no row for {name}" for name in sorted(methods - set(policy))]
    problems += [f"nothing serves {name}" for name in sorted(set(policy) - methods)]
    problems += [f"nobody may call {name}" for name, rule in policy.items() if not rule.who]
    if problems:
        raise PolicyError("; ".join(problems))
