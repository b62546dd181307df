"""CatalogService: the services, and what operators add to those that ship."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, TypeVar

from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.catalog.v1 import catalog_service_pb2_grpc as pb_grpc
from wissel.routing.facts import AgreementKind, EvidenceKind, Sector, Service
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_day, parse_optional_day
from wissel.routing.values.identifiers import Namespace, Oin, ServiceCode
from wissel.server.registry import services
from wissel.server.registry.commands import KEEP
from wissel.server.registry.finding import get_service, get_version
from wissel.server.registry.ports import Transaction
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import list_page, page_of
from wissel.server.rpc.requests.parsing import choice, day_text, few, optional, optional_choice

E = TypeVar("E", bound=StrEnum)
MOST_ALIASES: Final = 20


class VersionStatus(StrEnum):
    """Whether a version may be used on its days."""

    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


class CatalogServicer(pb_grpc.CatalogServiceServicer):
    """The services for which mandates are given."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ListServices(
        self, request: pb.ListServicesRequest, context: object
    ) -> pb.ListServicesResponse:
        """List services in order of code."""
        page = page_of(request)
        text = request.name_contains.casefold()
        namespace = optional(Namespace, request.namespace, "namespace")
        await self._backend.at(request)

        def keep(service: Service) -> bool:
            versions = {each.namespace for each in service.versions}
            return text in service.name.casefold() and (namespace is None or namespace in versions)

        async with self._backend.snapshot() as snapshot:
            found, token = await list_page(snapshot, Service, page, keep=keep)
        return pb.ListServicesResponse(services=map(service_message, found), next_page_token=token)

    async def GetService(
        self, request: pb.GetServiceRequest, context: object
    ) -> pb.GetServiceResponse:
        """Return one service, also by an alias, or one version of it."""
        code = ServiceCode.parse(request.service, "service")
        namespace = optional(Namespace, request.namespace, "namespace")
        async with self._backend.snapshot() as snapshot:
            service = await get_service(snapshot, code)
        if namespace is not None:
            service = replace(service, versions=(get_version(service, namespace),))
        return pb.GetServiceResponse(service=service_message(service))

    async def RegisterService(
        self, request: pb.RegisterServiceRequest, context: object
    ) -> pb.RegisterServiceResponse:
        """Record a service that does not ship."""
        asked = _service(request.service)

        async def work(transaction: Transaction) -> pb.RegisterServiceResponse:
            service = await services.register_service(transaction, asked)
            return pb.RegisterServiceResponse(service=service_message(service))

        return await mutate(self._backend, request, pb.RegisterServiceResponse, work)

    async def UpdateService(
        self, request: pb.UpdateServiceRequest, context: object
    ) -> pb.UpdateServiceResponse:
        """Change what schools are told of a service."""
        command = services.UpdateService(
            service=ServiceCode.parse(request.service, "service"),
            name=request.name if request.HasField("name") else None,
            note=request.note if request.HasField("note") else None,
            processing_days=request.processing_days
            if request.HasField("processing_days")
            else None,
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.UpdateServiceResponse:
            service = await services.update_service(transaction, command)
            return pb.UpdateServiceResponse(service=service_message(service))

        return await mutate(self._backend, request, pb.UpdateServiceResponse, work)

    async def RegisterServiceVersion(
        self, request: pb.RegisterServiceVersionRequest, context: object
    ) -> pb.RegisterServiceVersionResponse:
        """Record a new version beside those that a service has."""
        command = services.RegisterServiceVersion(
            service=ServiceCode.parse(request.service, "service"),
            namespace=Namespace.parse(request.namespace, "namespace"),
            start=parse_optional_day(request.start_date, "start_date"),
            end=parse_optional_day(request.end_date, "end_date"),
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.RegisterServiceVersionResponse:
            service = await services.register_version(transaction, command)
            return pb.RegisterServiceVersionResponse(service=service_message(service))

        return await mutate(self._backend, request, pb.RegisterServiceVersionResponse, work)

    async def UpdateServiceVersion(
        self, request: pb.UpdateServiceVersionRequest, context: object
    ) -> pb.UpdateServiceVersionResponse:
        """Change the days of a version, or retire it."""
        status = optional_choice(VersionStatus, request.status, "status")
        command = services.UpdateServiceVersion(
            service=ServiceCode.parse(request.service, "service"),
            namespace=Namespace.parse(request.namespace, "namespace"),
            start=parse_day(request.start_date, "start_date")
            if request.HasField("start_date")
            else KEEP,
            end=parse_optional_day(request.end_date, "end_date")
            if request.HasField("end_date")
            else KEEP,
            active=None if status is None else status is VersionStatus.ACTIVE,
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.UpdateServiceVersionResponse:
            service = await services.update_version(transaction, command)
            return pb.UpdateServiceVersionResponse(service=service_message(service))

        return await mutate(self._backend, request, pb.UpdateServiceVersionResponse, work)


def _service(asked: pb.Service) -> Service:
    """Return the service that a request describes, without versions."""
    if asked.versions:
        raise Refused(
            Reason.FIELD_INVALID,
            field="service.versions",
            problem="they are added one by one",
        )
    return Service(
        code=ServiceCode.parse(asked.code, "service.code"),
        name=asked.name,
        owner=Oin.parse(asked.owner_oin, "service.owner_oin"),
        aliases=tuple(
            ServiceCode.parse(each, "service.aliases")
            for each in few(asked.aliases, MOST_ALIASES, "service.aliases")
        ),
        board_agreements=_choices(AgreementKind, asked.required_agreements, "required_agreements")
        or (AgreementKind.KENNISNET_OSR,),
        vendor_agreements=_choices(
            AgreementKind, asked.required_vendor_agreements, "required_vendor_agreements"
        )
        or (AgreementKind.VENDOR_OSR,),
        processed_by_owner=asked.processed_by_owner,
        processing_days=asked.processing_days,
        sectors=_choices(Sector, asked.sectors, "sectors"),
        evidence=_choices(EvidenceKind, asked.required_evidence, "required_evidence"),
        note=asked.note,
    )


def _choices(kind: type[E], texts: Sequence[str], field: str) -> tuple[E, ...]:
    """Return each member of an enumeration that is named, once."""
    named = f"service.{field}"
    few(texts, len(kind), named)
    return tuple(dict.fromkeys(choice(kind, text, named) for text in texts))


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
        etag=etag_of(service),
        versions=[
            pb.ServiceVersion(
                namespace=version.namespace,
                status=VersionStatus.ACTIVE if version.active else VersionStatus.RETIRED,
                start_date=version.period.start.isoformat(),
                end_date=day_text(version.period.end),
            )
            for version in service.versions
        ],
    )
