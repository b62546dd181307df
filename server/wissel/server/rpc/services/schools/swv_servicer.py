"""SamenwerkingsverbandService."""

from wissel.routing.facts import Samenwerkingsverband
from wissel.routing.values.identifiers import KvkNumber, Oin, Swv
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1 import school_service_pb2_grpc as pb_grpc
from wissel.server.registry.ports import Transaction
from wissel.server.registry.schools.areas import import_areas
from wissel.server.registry.schools.swv import (
    RegisterSwv,
    UpdateSwv,
    import_swvs,
    register_swv,
    update_swv,
)
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import optional
from wissel.server.rpc.services.schools.messages import swv_message
from wissel.server.rpc.services.schools.reading import areas_in, kvk_asked_for, swvs_in


class SamenwerkingsverbandServicer(pb_grpc.SamenwerkingsverbandServiceServicer):
    """Recording and listing samenwerkingsverbanden."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def RegisterSamenwerkingsverband(
        self, request: pb.RegisterSamenwerkingsverbandRequest, context: object
    ) -> pb.RegisterSamenwerkingsverbandResponse:
        """Record a samenwerkingsverband."""
        command = RegisterSwv(
            code=Swv.parse(request.swv, "swv"),
            name=request.name,
            oin=Oin.parse(request.oin, "oin"),
            kvk=optional(KvkNumber, request.kvk_number, "kvk_number"),
        )

        async def work(transaction: Transaction) -> pb.RegisterSamenwerkingsverbandResponse:
            swv = await register_swv(transaction, command)
            return pb.RegisterSamenwerkingsverbandResponse(samenwerkingsverband=swv_message(swv))

        return await mutate(self._backend, request, pb.RegisterSamenwerkingsverbandResponse, work)

    async def ImportSamenwerkingsverbanden(
        self, request: pb.ImportSamenwerkingsverbandenRequest, context: object
    ) -> pb.ImportSamenwerkingsverbandenResponse:
        """Record those of a list."""
        rows = swvs_in(request)

        async def work(transaction: Transaction) -> pb.ImportSamenwerkingsverbandenResponse:
            done = await import_swvs(transaction, rows)
            return pb.ImportSamenwerkingsverbandenResponse(
                new_swvs=done.new, changed_swvs=done.changed
            )

        return await mutate(self._backend, request, pb.ImportSamenwerkingsverbandenResponse, work)

    async def ImportPostcodes(
        self, request: pb.ImportPostcodesRequest, context: object
    ) -> pb.ImportPostcodesResponse:
        """Record in whose region postcodes are."""
        areas = await self._backend.impacts.beside(lambda: areas_in(request))

        async def work(transaction: Transaction) -> pb.ImportPostcodesResponse:
            done = await import_areas(transaction, areas)
            return pb.ImportPostcodesResponse(
                changed_count=done.changed, unregistered_swvs=done.unregistered
            )

        return await mutate(self._backend, request, pb.ImportPostcodesResponse, work)

    async def UpdateSamenwerkingsverband(
        self, request: pb.UpdateSamenwerkingsverbandRequest, context: object
    ) -> pb.UpdateSamenwerkingsverbandResponse:
        """Correct the name or KvK number of a samenwerkingsverband."""
        command = UpdateSwv(
            code=Swv.parse(request.swv, "swv"),
            name=request.name if request.HasField("name") else None,
            kvk=kvk_asked_for(request),
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.UpdateSamenwerkingsverbandResponse:
            swv = await update_swv(transaction, command)
            return pb.UpdateSamenwerkingsverbandResponse(samenwerkingsverband=swv_message(swv))

        return await mutate(self._backend, request, pb.UpdateSamenwerkingsverbandResponse, work)

    async def ListSamenwerkingsverbanden(
        self, request: pb.ListSamenwerkingsverbandenRequest, context: object
    ) -> pb.ListSamenwerkingsverbandenResponse:
        """List samenwerkingsverbanden in order of code."""
        page = page_of(request)
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, Samenwerkingsverband, page)
        return pb.ListSamenwerkingsverbandenResponse(
            samenwerkingsverbanden=map(swv_message, found), next_page_token=token
        )
