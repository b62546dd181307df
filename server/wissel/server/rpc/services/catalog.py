"""CatalogService."""

from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.catalog.v1 import catalog_service_pb2_grpc as pb_grpc
from wissel.routing.facts import Service
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry.finding import get_service
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import day_text


class CatalogServicer(pb_grpc.CatalogServiceServicer):
    """The services for which mandates are given."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ListServices(
        self, request: pb.ListServicesRequest, context: object
    ) -> pb.ListServicesResponse:
        """List services in order of code."""
        page = page_of(request)
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, Service, page)
        return pb.ListServicesResponse(services=map(service_message, found), next_page_token=token)

    async def GetService(
        self, request: pb.GetServiceRequest, context: object
    ) -> pb.GetServiceResponse:
        """Return one service, also by an alias."""
        code = ServiceCode.parse(request.service, "service")
        async with self._backend.snapshot() as snapshot:
            service = await get_service(snapshot, code)
        return pb.GetServiceResponse(service=service_message(service))


def service_message(service: Service) -> pb.Service:
    """Return a service as it is answered."""
    return pb.Service(
        code=service.code,
        aliases=service.aliases,
        name=service.name,
        owner_oin=service.owner,
        required_agreements=service.board_agreements,
        required_vendor_agreements=service.vendor_agreements,
        processed_by_owner=service.processed_by_owner,
        processing_days=service.processing_days,
        forwardable=service.forwardable,
        sectors=service.sectors,
        note=service.note,
        required_evidence=service.evidence,
        versions=[
            pb.ServiceVersion(
                namespace=version.namespace,
                status="ACTIVE" if version.active else "RETIRED",
                start_date=version.period.start.isoformat(),
                end_date=day_text(version.period.end),
            )
            for version in service.versions
        ],
    )
