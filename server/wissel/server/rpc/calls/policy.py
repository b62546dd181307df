"""What is fixed about each method, in one table; deny is the default (design.md#authorization).

Whatever differs by method stands in its row and nowhere else. A served method
without a row, or a row without a served method, stops the start.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from wissel.routing.facts import Role
from wissel.routing.table import Table
from wissel.server.courier.streams.chunk_framing import decode_request, encode_request
from wissel.server.rpc.calls import traits
from wissel.server.rpc.calls.sharing.quota import Quota

MAX_REQUEST_BYTES: Final = 64 * 1024
"""What a request of one message has at most, where its row says nothing else."""
_MANY: Final = 512 * 1024  # a thousand queries or organisations, or 15,000 points
_LINES: Final = 1536 * 1024  # 20,000 aanleverpunten and 5,000 agreements
_DOCUMENTS: Final = 1600 * 1024  # a document of 1 MiB, a privacybijsluiter of half, and the rest


class PolicyError(Exception):
    """The table and the served methods differ; the message names the methods."""


class Sees(StrEnum):
    """Which entities that have an owner a caller may see and change through a method.

    What lies outside is NOT_FOUND, exactly as if it did not exist. `scoping`
    turns this into the condition by which servicers search.
    """

    NOTHING_OWNED = "NOTHING_OWNED"  # none: what the method is about has no owner
    OWN = "OWN"  # a vendor, person or owner of services its own, an operator all, nobody else any
    OWN_OF_VENDORS = "OWN_OF_VENDORS"  # a vendor its own, chain partners and operators all
    EVERYTHING = "EVERYTHING"  # whoever may call: all


class PersonNeed(StrEnum):
    """Whether a portal calls a method for a person, whose token then comes along."""

    NONE = "NONE"  # never: a token is not looked at
    OPTIONAL = "OPTIONAL"  # with or without one
    REQUIRED = "REQUIRED"  # a portal always does
    BOARD = "BOARD"  # and that person acts for a board itself, not for single schools
    SIGNATORY = "SIGNATORY"  # and that person may sign for its board


VENDOR: Final = frozenset({Role.VENDOR})
OPERATOR: Final = frozenset({Role.OPERATOR})
ANY_PARTY: Final = frozenset(Role)
ANY_CERTIFICATE: Final = frozenset({*Role, None})
"""None stands for an OIN that nobody registered."""
PORTAL: Final = frozenset({Role.PORTAL})
READERS: Final = frozenset({Role.VENDOR, Role.CHAIN_PARTNER, Role.OPERATOR})
OWNERS: Final = VENDOR | OPERATOR
CHAIN_PARTNER: Final = frozenset({Role.CHAIN_PARTNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPolicy:
    """One row: all that is fixed about one method.

    who         the roles that may call it; None is an OIN that nobody registered
    sees        which entities with an owner it shows and changes
    quota       the quota that its requests count against, if any
    cost        the number of items for which a request counts; by default one
    of_others   whether a request of a vendor asks about others: then it counts as a
                look-up, since whoever asks often enough reads out the register
    always      whether it also answers while the hub stops or its facts are stale
    endless     whether a stream of it lasts until somebody ends it: the hub does when it
                stops, and the others may last as long as the grace
    in_memory   whether it decides on the facts in memory: its calls that come close
                together are served together (ADR 14), and one counts as waiting for
                the database only while it does wait (ADR 10)
    own_queue   whether gRPC keeps a queue for it alone, so that a flood of it delays
                no other method (ADR 10)
    forbids     whether a request forbids forwards, so that its answer is held back
                (ADR 12); by default none does
    read        reads one request from its bytes; by default the generated code does
    write       writes one response to bytes, likewise
    max_bytes   the most bytes of its request, if that is one message; each message of a
                stream has a bound of its own
    person      whether a portal calls it for a person; only methods that take one
                request and give one answer let a person act
    """

    who: frozenset[Role | None]
    sees: Sees = Sees.NOTHING_OWNED
    quota: Quota | None = None
    cost: Callable[[Any], int] | None = None
    of_others: Callable[[Any, Table, Collection[str]], bool] | None = None
    always: bool = False
    endless: bool = False
    in_memory: bool = False
    own_queue: bool = False
    forbids: Callable[[Any], bool] | None = None
    read: Callable[[bytes], object] | None = None
    write: Callable[[Any], bytes] | None = None
    max_bytes: int = MAX_REQUEST_BYTES
    person: PersonNeed = PersonNeed.NONE


_READ: Final = MethodPolicy(who=READERS)
_READ_BY_PORTALS: Final = MethodPolicy(who=READERS | PORTAL)
_READ_BY_PERSONS: Final = replace(_READ_BY_PORTALS, person=PersonNeed.REQUIRED)
_OPERATE: Final = MethodPolicy(who=OPERATOR, sees=Sees.EVERYTHING)
_OWN: Final = MethodPolicy(who=OWNERS, sees=Sees.OWN)
_OWN_OR_PERSONS: Final = MethodPolicy(
    who=OWNERS | PORTAL, sees=Sees.OWN, person=PersonNeed.REQUIRED
)
_SIGN: Final = replace(_OWN_OR_PERSONS, person=PersonNeed.SIGNATORY)
_BOARDS: Final = MethodPolicy(who=OPERATOR | PORTAL, sees=Sees.OWN, person=PersonNeed.REQUIRED)
_OWN_MANDATES: Final = replace(_OWN_OR_PERSONS, who=OWNERS | PORTAL | CHAIN_PARTNER)
_OWN_SERVICES: Final = MethodPolicy(who=CHAIN_PARTNER, sees=Sees.OWN)
_RESOLVE: Final = MethodPolicy(who=READERS, quota=Quota.RESOLVE, in_memory=True)
_RESOLVE_IN_FLOOD: Final = replace(_RESOLVE, own_queue=True)

_SERVICES: Final[Mapping[str, Mapping[str, MethodPolicy]]] = {
    "wissel.school.v1.SchoolService": {
        "ImportSchools": _OPERATE,
        "RegisterSchool": _OPERATE,
        "UpdateSchool": _OPERATE,
        "LocateSchools": replace(_OPERATE, max_bytes=_MANY),
        "ListSchools": _READ_BY_PERSONS,
        "GetSchool": _READ_BY_PERSONS,
        "ListBoards": _READ_BY_PERSONS,
        "GetBoard": _READ_BY_PERSONS,
        "CheckConnection": _OWN_MANDATES,
        "ListConnections": _OWN_MANDATES,
        "UpdateBoard": _OPERATE,
    },
    "wissel.school.v1.SamenwerkingsverbandService": {
        "RegisterSamenwerkingsverband": _OPERATE,
        "UpdateSamenwerkingsverband": _OPERATE,
        "ImportSamenwerkingsverbanden": replace(_OPERATE, max_bytes=_MANY),
        "ImportPostcodes": replace(_OPERATE, max_bytes=_MANY),
        "ListSamenwerkingsverbanden": _READ,
    },
    "wissel.agreement.v1.AgreementService": {
        "RegisterAgreementText": replace(_OPERATE, max_bytes=_DOCUMENTS),
        "GetAgreementText": replace(_OWN_OR_PERSONS, quota=Quota.LOOKUP),
        "ListAgreementTexts": _OWN_OR_PERSONS,
        "OfferAgreement": replace(_OWN_OR_PERSONS, person=PersonNeed.BOARD),
        "AcceptAgreement": replace(_SIGN, who=VENDOR | PORTAL),
        "DeclineAgreement": _SIGN,
        "RecordAgreement": _OPERATE,
        "TerminateAgreement": _SIGN,
        "ListAgreements": _OWN_OR_PERSONS,
        "CheckAgreements": _OWN_OR_PERSONS,
    },
    "wissel.catalog.v1.CatalogService": {
        "ListServices": _READ_BY_PORTALS,
        "GetService": _READ_BY_PORTALS,
        "RegisterService": _OPERATE,
        "UpdateService": _OPERATE,
        "RegisterServiceVersion": _OPERATE,
        "UpdateServiceVersion": _OPERATE,
    },
    "wissel.party.v1.PartyService": {
        "WhoAmI": MethodPolicy(who=ANY_CERTIFICATE, always=True, person=PersonNeed.OPTIONAL),
        "RegisterParty": _OPERATE,
        "UpdateParty": replace(_OWN, who=READERS),
        "GetParty": _READ,
        "ListParties": _READ,
        "RegisterSystem": _OPERATE,
        "UpdateSystem": _OWN,
        "ListSystems": MethodPolicy(who=READERS | PORTAL, sees=Sees.OWN_OF_VENDORS),
        "QualifySystem": _OPERATE,
        "SetRollout": replace(_OPERATE, max_bytes=_MANY),
        # Nobody but its vendor says which key a system has, not even an operator.
        "RegisterSystemKey": MethodPolicy(who=VENDOR, sees=Sees.OWN),
        "EndSystemKey": MethodPolicy(who=VENDOR, sees=Sees.OWN),
        "ListSystemKeys": MethodPolicy(who=OWNERS, quota=Quota.LOOKUP),
        "RevokeCertificate": replace(_OPERATE, forbids=traits.every),
    },
    "wissel.mandate.v1.MandateService": {
        "CreateMandate": _BOARDS,
        "BatchCreateMandates": _BOARDS,
        "GetMandate": _OWN_MANDATES,
        "ListMandates": _OWN_MANDATES,
        "UpdateMandate": _BOARDS,
        "EndMandate": replace(_BOARDS, forbids=traits.immediately),
        "WithdrawMandate": _BOARDS,
        # From today on, the system that makes way may send and receive no more.
        "SwitchSystem": replace(_BOARDS, forbids=traits.every),
        "UndoSwitch": _BOARDS,
        "PreviewCopy": _BOARDS,
        "CopyMandate": _BOARDS,
        "ValidateMandate": replace(
            _RESOLVE_IN_FLOOD, of_others=traits.mandate_of_others, cost=traits.of_the_past
        ),
        "ListPendingMandates": _OWN_SERVICES,
        "ProcessMandate": replace(_OWN_SERVICES, forbids=traits.rejected),
        "WatchMandates": MethodPolicy(
            who=OWNERS | CHAIN_PARTNER, sees=Sees.OWN, quota=Quota.WATCH, endless=True
        ),
    },
    "wissel.move.v1.MoveService": {
        "ImportMijnOso": replace(_OPERATE, max_bytes=_LINES),
    },
    "wissel.endpoint.v1.EndpointService": {
        "RegisterEndpoint": _OWN,
        "BatchRegisterEndpoints": replace(_OWN, forbids=traits.updating, max_bytes=_MANY),
        "UpdateEndpoint": replace(_OWN, forbids=traits.every),
        "EndEndpoint": replace(_OWN, forbids=traits.immediately),
        "SuspendEndpoint": replace(_OWN, forbids=traits.every),
        "ResumeEndpoint": _OWN,
        "ApproveDeliveryPoint": _OPERATE,
        "SuggestRoutingKey": _OWN,
        "GetEndpoint": _OWN_OR_PERSONS,
        "ListEndpoints": _OWN_OR_PERSONS,
        "LookupEndpoints": MethodPolicy(who=READERS, quota=Quota.LOOKUP),
    },
    "wissel.traffic.v1.RouteService": {
        "ResolveRoute": _RESOLVE_IN_FLOOD,
        "BatchResolveRoutes": replace(_RESOLVE_IN_FLOOD, cost=traits.queries, max_bytes=_MANY),
        "ExplainRoute": replace(_RESOLVE, cost=traits.explained),
        "ForecastRoutes": _OWN_MANDATES,
    },
    "wissel.traffic.v1.TrafficService": {
        # An operator helps with everything but never sends in anybody's name.
        "ForwardEnvelope": MethodPolicy(who=VENDOR, sees=Sees.OWN, read=decode_request),
        "GetDelivery": _OWN,
        "ListDeliveries": _OWN,
        # Who may say what became of a message is its receiver, whose signature proves it.
        "ReportOutcome": MethodPolicy(who=VENDOR, sees=Sees.OWN),
    },
    "wissel.traffic.v1.TransferService": {
        # Whoever starts a session reads where a school can be asked: that is a look-up.
        "StartTransfer": MethodPolicy(who=VENDOR, sees=Sees.OWN, quota=Quota.LOOKUP),
        "CheckTransfer": MethodPolicy(who=VENDOR, sees=Sees.OWN, quota=Quota.LOOKUP),
        "FetchDossier": MethodPolicy(who=VENDOR, sees=Sees.OWN, write=encode_request),
        "SignOffTransfer": MethodPolicy(who=VENDOR, sees=Sees.OWN),
        "AnnounceNotification": MethodPolicy(who=VENDOR, sees=Sees.OWN, quota=Quota.LOOKUP),
        "ListDeliveryPoints": MethodPolicy(who=OWNERS, quota=Quota.LOOKUP),
    },
    "wissel.audit.v1.AuditService": {
        "ListHistory": _OWN_MANDATES,
    },
    "grpc.health.v1.Health": {
        "Check": MethodPolicy(who=ANY_CERTIFICATE, always=True),
        "List": MethodPolicy(who=ANY_CERTIFICATE, always=True),
        "Watch": MethodPolicy(who=ANY_CERTIFICATE, always=True, endless=True),
    },
    "grpc.reflection.v1alpha.ServerReflection": {
        "ServerReflectionInfo": MethodPolicy(who=ANY_PARTY, always=True, endless=True),
    },
    "grpc.channelz.v1.Channelz": {
        method: MethodPolicy(who=OPERATOR, sees=Sees.EVERYTHING, always=True)
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

POLICY: Final[Mapping[str, MethodPolicy]] = {
    f"/{service}/{method}": row
    for service, methods in _SERVICES.items()
    for method, row in methods.items()
}
"""Full method name, such as `/wissel.party.v1.PartyService/WhoAmI`, to its row."""


def check_policy(served: Iterable[str], policy: Mapping[str, MethodPolicy] = POLICY) -> None:
    """Compare the full names of the served methods with the table.

    Raises `PolicyError` if either has a method that the other lacks, or if a
    row lets nobody in: that is a mistake, as such a method would not be served.
    """
    methods = set(served)
    problems = [f"no row for {name}" for name in sorted(methods - set(policy))]
    problems += [f"nothing serves {name}" for name in sorted(set(policy) - methods)]
    problems += [f"nobody may call {name}" for name, row in policy.items() if not row.who]
    if problems:
        raise PolicyError("; ".join(problems))
