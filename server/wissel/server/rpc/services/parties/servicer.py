"""PartyService: parties and their systems."""

from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1 import party_service_pb2_grpc as pb_grpc
from wissel.routing.facts import (
    Party,
    Role,
    System,
    SystemKind,
)
from wissel.routing.values.identifiers import Oin, ServiceCode, SystemId
from wissel.server.courier.wire import signed_in
from wissel.server.registry.finding import get_party, get_system
from wissel.server.registry.parties import acting, parties, revocation, system_keys, systems
from wissel.server.registry.ports import Transaction, Where
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import (
    choice,
    optional_choice,
    optional_oin,
    uuid,
)
from wissel.server.rpc.requests.scoping import current_scope
from wissel.server.rpc.services.parties.listing import Sees, filter_of
from wissel.server.rpc.services.parties.messages import (
    party_message,
    person_message,
)
from wissel.server.rpc.services.parties.proving import require_delivered
from wissel.server.rpc.services.parties.requests import (
    desk_of,
    evidence_of,
    revocation_of,
    steps_of,
)
from wissel.server.rpc.services.parties.system_keys import (
    asked_in,
    key_in,
    moment_in,
)
from wissel.server.rpc.services.parties.systems import Shown, system_message, system_messages

OfSystem = systems.UpdateSystem | acting.QualifySystem | acting.SetRollout
"""A command about one system."""


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
        command = parties.RegisterParty(
            oin=Oin.parse(request.oin, "oin"),
            name=request.name,
            role=choice(Role, request.role, "role"),
            contact=request.contact,
        )

        async def work(transaction: Transaction) -> pb.RegisterPartyResponse:
            party = await parties.register_party(transaction, command)
            return pb.RegisterPartyResponse(party=party_message(party))

        return await mutate(self._backend, request, pb.RegisterPartyResponse, work)

    async def UpdateParty(
        self, request: pb.UpdatePartyRequest, context: object
    ) -> pb.UpdatePartyResponse:
        """Change what is told of a party."""
        command = parties.UpdateParty(
            oin=Oin.parse(request.oin, "oin"),
            name=request.name if request.HasField("name") else None,
            contact=request.contact if request.HasField("contact") else None,
            desk=desk_of(request),
            etag=request.etag,
        )
        scope, own = current_scope(), caller().oin

        async def work(transaction: Transaction) -> pb.UpdatePartyResponse:
            party = await parties.update_party(transaction, command, scope, own)
            return pb.UpdatePartyResponse(party=party_message(party))

        return await mutate(self._backend, request, pb.UpdatePartyResponse, work)

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
        command = systems.RegisterSystem(
            system_id=SystemId.parse(request.system_id, "system_id"),
            party=Oin.parse(request.party_oin, "party_oin"),
            name=request.name,
            oin=optional_oin(request.oin, "oin"),
        )

        async def work(transaction: Transaction) -> pb.RegisterSystemResponse:
            system = await systems.register_system(transaction, command)
            return pb.RegisterSystemResponse(system=system_message(system))

        return await mutate(self._backend, request, pb.RegisterSystemResponse, work)

    async def UpdateSystem(
        self, request: pb.UpdateSystemRequest, context: object
    ) -> pb.UpdateSystemResponse:
        """Change what is told of a system."""
        command = systems.UpdateSystem(
            system_id=SystemId.parse(request.system_id, "system_id"),
            name=request.name if request.HasField("name") else None,
            kind=optional_choice(SystemKind, request.kind, "kind"),
            desk=desk_of(request),
            manual_url=request.manual_url if request.HasField("manual_url") else None,
            step_plan_url=request.step_plan_url if request.HasField("step_plan_url") else None,
            etag=request.etag,
        )
        scope = current_scope()

        async def work(transaction: Transaction) -> pb.UpdateSystemResponse:
            await systems.update_system(transaction, command, scope)
            return pb.UpdateSystemResponse(system=await self._told(transaction, command))

        return await mutate(self._backend, request, pb.UpdateSystemResponse, work)

    async def ListSystems(
        self, request: pb.ListSystemsRequest, context: object
    ) -> pb.ListSystemsResponse:
        """List systems in order of id; a vendor sees qualifications of its own only."""
        page = page_of(request)
        table = (await self._backend.at(request)).table
        wanted = filter_of(request, table, self._sees(), self._backend.today())
        party = optional_oin(request.party_oin, "party_oin")
        where: dict[str, Where] = {"party": party} if party else {}
        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, System, page, where, keep=wanted.fits)
            shown = await system_messages(snapshot, found, self._shown())
        for message in shown:
            wanted.add_availability(message)
        return pb.ListSystemsResponse(systems=shown, next_page_token=token)

    async def QualifySystem(
        self, request: pb.QualifySystemRequest, context: object
    ) -> pb.QualifySystemResponse:
        """Record evidence for the qualification for a service, or that it was lost."""
        command = acting.QualifySystem(
            system_id=SystemId.parse(request.system_id, "system_id"),
            service=ServiceCode.parse(request.service, "service"),
            withdraw=request.withdraw,
            evidence=evidence_of(request, self._backend.today()),
        )
        await require_delivered(self._backend.deliveries, current().table, command)

        async def work(transaction: Transaction) -> pb.QualifySystemResponse:
            await acting.qualify_system(transaction, command)
            return pb.QualifySystemResponse(system=await self._told(transaction, command))

        return await mutate(self._backend, request, pb.QualifySystemResponse, work)

    async def SetRollout(
        self, request: pb.SetRolloutRequest, context: object
    ) -> pb.SetRolloutResponse:
        """Plan from which days on how far a system may exchange for a service."""
        command = acting.SetRollout(
            system_id=SystemId.parse(request.system_id, "system_id"),
            service=ServiceCode.parse(request.service, "service"),
            steps=steps_of(request, self._backend.today()),
        )

        async def work(transaction: Transaction) -> pb.SetRolloutResponse:
            await acting.set_rollout(transaction, command)
            return pb.SetRolloutResponse(system=await self._told(transaction, command))

        return await mutate(self._backend, request, pb.SetRolloutResponse, work)

    async def RegisterSystemKey(
        self, request: pb.RegisterSystemKeyRequest, context: object
    ) -> pb.RegisterSystemKeyResponse:
        """Record a key of a system, as its vendor signed it."""
        key, own = key_in(request, self._backend), caller().oin

        async def work(transaction: Transaction) -> pb.RegisterSystemKeyResponse:
            kept = await system_keys.register_system_key(transaction, key, own)
            return pb.RegisterSystemKeyResponse(key=signed_in(kept.statement))

        return await mutate(self._backend, request, pb.RegisterSystemKeyResponse, work)

    async def EndSystemKey(
        self, request: pb.EndSystemKeyRequest, context: object
    ) -> pb.EndSystemKeyResponse:
        """Take a key of a system back."""
        system_id = SystemId.parse(request.system_id, "system_id")
        key_id, own = uuid(request.key_id, "key_id"), caller().oin

        async def work(transaction: Transaction) -> pb.EndSystemKeyResponse:
            ended = await system_keys.end_system_key(transaction, system_id, key_id, own)
            response = pb.EndSystemKeyResponse(key_id=str(ended.key_id))
            response.ended_time.FromDatetime(ended.ended or ended.end)
            return response

        return await mutate(self._backend, request, pb.EndSystemKeyResponse, work)

    async def ListSystemKeys(
        self, request: pb.ListSystemKeysRequest, context: object
    ) -> pb.ListSystemKeysResponse:
        """Show keys of systems as their vendors signed them, to whoever exchanges dossiers."""
        (asked, key_ids), who = asked_in(request), caller()
        moment = moment_in(request, self._backend)
        async with self._backend.snapshot() as snapshot:
            own = not key_ids and set(who.system_ids).issuperset(asked)
            if not (who.operator or own):
                today = self._backend.today()
                await system_keys.require_forwarding(snapshot, who.system_ids, today)
            keys = await system_keys.keys_of(snapshot, moment, systems=asked, ids=key_ids)
        return pb.ListSystemKeysResponse(keys=[signed_in(each.statement) for each in keys])

    async def RevokeCertificate(
        self, request: pb.RevokeCertificateRequest, context: object
    ) -> pb.RevokeCertificateResponse:
        """Revoke a certificate, key or intermediate."""
        command = revocation_of(request)

        async def work(transaction: Transaction) -> pb.RevokeCertificateResponse:
            await revocation.revoke_certificate(transaction, command)
            return pb.RevokeCertificateResponse()

        return await mutate(self._backend, request, pb.RevokeCertificateResponse, work)

    @staticmethod
    def _sees() -> Sees:
        """Return whether the caller may know how far a system may act: a board, to choose one."""
        scope, chooses = current_scope(), caller().role is Role.PORTAL
        return lambda system_id: chooses or scope.sees(system_id)

    def _shown(self) -> Shown:
        return Shown(scope=current_scope(), today=self._backend.today(), persons=caller().operator)

    async def _told(self, transaction: Transaction, command: OfSystem) -> pb.System:
        system = await get_system(transaction, command.system_id)
        return (await system_messages(transaction, [system], self._shown()))[0]
