"""PartyService: parties and their systems."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1 import party_service_pb2_grpc as pb_grpc
from wissel.routing.facts import (
    Party,
    Qualification,
    RevocationTarget,
    Role,
    RolloutStage,
    System,
)
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, ServiceCode, SystemId
from wissel.server.registry import commands, parties
from wissel.server.registry.finding import get_party, get_system
from wissel.server.registry.persons import Person
from wissel.server.registry.ports import Snapshot, Transaction, Where
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    choice,
    few,
    optional_choice,
    optional_oin,
    organisation,
    required,
    uuid,
)
from wissel.server.rpc.requests.scoping import current_scope

MOST_TEST_MESSAGES: Final = 100
MOST_PILOTS: Final = 1000


class PartyServicer(pb_grpc.PartyServiceServicer):
    """Parties, their systems with their qualifications, and revoked certificates."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def WhoAmI(self, request: pb.WhoAmIRequest, context: object) -> pb.WhoAmIResponse:
        """Tell a caller how the hub sees it."""
        who = caller()
        response = pb.WhoAmIResponse(
            oin=who.oin,
            registered=who.role is not None,
            name=who.name,
            role=who.role or "",
            system_ids=who.system_ids,
            certificate_sha256=who.peer.leaf_sha256,
            hub_oin=self._backend.hub_oin,
            revision=current().table.revision,
        )
        response.certificate_expire_time.FromDatetime(who.peer.not_after)
        response.hub_time.FromDatetime(self._backend.clock())
        person = current().person
        if person is not None:
            response.person.CopyFrom(person_message(person))
        return response

    async def RegisterParty(
        self, request: pb.RegisterPartyRequest, context: object
    ) -> pb.RegisterPartyResponse:
        """Record a party by its OIN."""
        command = commands.RegisterParty(
            oin=Oin.parse(request.oin, "oin"),
            name=request.name,
            role=choice(Role, request.role, "role"),
            contact=request.contact,
        )

        async def work(transaction: Transaction) -> pb.RegisterPartyResponse:
            party = await parties.register_party(transaction, command)
            return pb.RegisterPartyResponse(party=party_message(party))

        return await mutate(self._backend, request, pb.RegisterPartyResponse, work)

    async def GetParty(self, request: pb.GetPartyRequest, context: object) -> pb.GetPartyResponse:
        """Return one party."""
        oin = Oin.parse(request.oin, "oin")
        async with self._backend.snapshot() as snapshot:
            party = await get_party(snapshot, oin)
        return pb.GetPartyResponse(party=party_message(party))

    async def ListParties(
        self, request: pb.ListPartiesRequest, context: object
    ) -> pb.ListPartiesResponse:
        """List parties in order of OIN."""
        page = page_of(request)
        role = optional_choice(Role, request.role, "role")
        where: dict[str, Where] = {"role": role} if role else {}
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, Party, page, where)
        return pb.ListPartiesResponse(parties=map(party_message, found), next_page_token=token)

    async def RegisterSystem(
        self, request: pb.RegisterSystemRequest, context: object
    ) -> pb.RegisterSystemResponse:
        """Record a system of a vendor."""
        command = commands.RegisterSystem(
            system_id=SystemId.parse(request.system_id, "system_id"),
            party=Oin.parse(request.party_oin, "party_oin"),
            name=request.name,
            oin=optional_oin(request.oin, "oin"),
        )

        async def work(transaction: Transaction) -> pb.RegisterSystemResponse:
            system = await parties.register_system(transaction, command)
            return pb.RegisterSystemResponse(system=system_message(system, ()))

        return await mutate(self._backend, request, pb.RegisterSystemResponse, work)

    async def ListSystems(
        self, request: pb.ListSystemsRequest, context: object
    ) -> pb.ListSystemsResponse:
        """List systems in order of id; a vendor sees qualifications of its own only."""
        page = page_of(request)
        party = optional_oin(request.party_oin, "party_oin")
        where: dict[str, Where] = {"party": party} if party else {}
        await self._backend.at(request)
        scope = current_scope()
        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, System, page, where)
            known = await _qualifications(snapshot, found, scope)
        systems = [system_message(system, known[system.system_id]) for system in found]
        return pb.ListSystemsResponse(systems=systems, next_page_token=token)

    async def QualifySystem(
        self, request: pb.QualifySystemRequest, context: object
    ) -> pb.QualifySystemResponse:
        """Record that a system passed, or lost, the qualification for a service."""
        command = commands.QualifySystem(
            system_id=SystemId.parse(request.system_id, "system_id"),
            service=ServiceCode.parse(request.service, "service"),
            withdraw=request.withdraw,
            test_message_ids=tuple(
                uuid(text, "test_message_ids")
                for text in few(request.test_message_ids, MOST_TEST_MESSAGES, "test_message_ids")
            ),
        )

        async def work(transaction: Transaction) -> pb.QualifySystemResponse:
            await parties.qualify_system(transaction, command)
            return pb.QualifySystemResponse(system=await _system(transaction, command.system_id))

        return await mutate(self._backend, request, pb.QualifySystemResponse, work)

    async def SetRollout(
        self, request: pb.SetRolloutRequest, context: object
    ) -> pb.SetRolloutResponse:
        """Set how far a system may exchange for a service."""
        command = commands.SetRollout(
            system_id=SystemId.parse(request.system_id, "system_id"),
            service=ServiceCode.parse(request.service, "service"),
            rollout=choice(RolloutStage, request.rollout, "rollout"),
            pilots=frozenset(
                organisation(text, "pilot_organisations")
                for text in few(request.pilot_organisations, MOST_PILOTS, "pilot_organisations")
            ),
        )

        async def work(transaction: Transaction) -> pb.SetRolloutResponse:
            await parties.set_rollout(transaction, command)
            return pb.SetRolloutResponse(system=await _system(transaction, command.system_id))

        return await mutate(self._backend, request, pb.SetRolloutResponse, work)

    async def RevokeCertificate(
        self, request: pb.RevokeCertificateRequest, context: object
    ) -> pb.RevokeCertificateResponse:
        """Revoke a certificate, key or intermediate."""
        command = _revocation(request)

        async def work(transaction: Transaction) -> pb.RevokeCertificateResponse:
            await parties.revoke_certificate(transaction, command)
            return pb.RevokeCertificateResponse()

        return await mutate(self._backend, request, pb.RevokeCertificateResponse, work)


def _revocation(request: pb.RevokeCertificateRequest) -> commands.RevokeCertificate:
    match request.WhichOneof("target"):
        case "issuer_serial":
            issuer = required(request.issuer_serial.issuer, "issuer_serial.issuer")
            serial = required(request.issuer_serial.serial, "issuer_serial.serial")
            return commands.RevokeCertificate(
                target=RevocationTarget.ISSUER_SERIAL, value=f"{issuer}#{serial}"
            )
        case "spki_sha256":
            return commands.RevokeCertificate(
                target=RevocationTarget.SPKI_SHA256, value=request.spki_sha256
            )
        case "certificate_sha256":
            return commands.RevokeCertificate(
                target=RevocationTarget.CERTIFICATE_SHA256, value=request.certificate_sha256
            )
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="target")


async def _qualifications(
    snapshot: Snapshot, systems: Iterable[System], scope: Scope
) -> dict[SystemId, list[Qualification]]:
    """Return the qualifications of those systems that are within the caller's scope."""
    ids = tuple(system.system_id for system in systems if scope.sees(system.system_id))
    known: dict[SystemId, list[Qualification]] = defaultdict(list)
    if ids:
        for qualification in await snapshot.find(Qualification, system_id=ids):
            known[qualification.system_id].append(qualification)
    return known


async def _system(snapshot: Snapshot, system_id: SystemId) -> pb.System:
    system = await get_system(snapshot, system_id)
    return system_message(system, await snapshot.find(Qualification, system_id=system_id))


def person_message(person: Person) -> pb.Person:
    """Return whom a portal acts for as it is answered: all but who it is."""
    message = pb.Person(
        issuer=person.issuer,
        board_numbers=sorted(person.boards or ()),
        brins=sorted(person.brins or ()),
        kvk_number=person.kvk or "",
        level=person.level,
        signs=person.signs,
    )
    if person.authenticated is not None:
        message.authenticated_time.FromDatetime(person.authenticated)
    message.expire_time.FromDatetime(person.expires)
    return message


def party_message(party: Party) -> pb.Party:
    """Return a party as it is answered."""
    return pb.Party(
        oin=party.oin,
        name=party.name,
        role=party.role,
        contact=party.contact,
        etag=etag_of(party),
    )


def system_message(system: System, qualifications: Iterable[Qualification]) -> pb.System:
    """Return a system as it is answered, with the qualifications that may be seen."""
    return pb.System(
        system_id=system.system_id,
        party_oin=system.party,
        name=system.name,
        oin=system.oin or "",
        qualifications=[
            pb.Qualification(
                service=one.service,
                qualified=one.qualified,
                test_message_ids=map(str, one.test_message_ids),
                rollout=one.rollout,
                pilot_organisations=sorted(one.pilots),
            )
            for one in qualifications
        ],
        etag=etag_of(system),
    )
