"""Every servicer, added to the gRPC server, and the methods that this makes."""

from typing import Any, Final, cast

import grpc
from grpc_channelz.v1 import channelz_pb2_grpc
from grpc_channelz.v1.channelz import aio as channelz
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from wissel.agreement.v1 import agreement_service_pb2_grpc
from wissel.audit.v1 import audit_service_pb2_grpc
from wissel.catalog.v1 import catalog_service_pb2_grpc
from wissel.endpoint.v1 import endpoint_service_pb2_grpc
from wissel.mandate.v1 import mandate_service_pb2_grpc
from wissel.move.v1 import move_service_pb2_grpc
from wissel.party.v1 import party_service_pb2_grpc
from wissel.school.v1 import school_service_pb2_grpc
from wissel.server.rpc.calls.policy import POLICY
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.services.agreements.servicer import AgreementServicer
from wissel.server.rpc.services.audit.servicer import AuditServicer
from wissel.server.rpc.services.catalog import CatalogServicer
from wissel.server.rpc.services.endpoints.servicer import EndpointServicer
from wissel.server.rpc.services.health import HealthServicer
from wissel.server.rpc.services.mandates.servicer import MandateServicer
from wissel.server.rpc.services.moving.servicer import MoveServicer
from wissel.server.rpc.services.parties.servicer import PartyServicer
from wissel.server.rpc.services.reflection import ReflectionServicer
from wissel.server.rpc.services.routes.servicer import RouteServicer
from wissel.server.rpc.services.schools.servicer import SchoolServicer
from wissel.server.rpc.services.schools.swv_servicer import SamenwerkingsverbandServicer
from wissel.server.rpc.services.transfers.servicer import TransferServicer
from wissel.traffic.v1 import (
    route_service_pb2_grpc,
    traffic_service_pb2_grpc,
    transfer_service_pb2_grpc,
)

Traffic = traffic_service_pb2_grpc.TrafficServiceServicer

_HIDDEN: Final = "grpc.channelz.v1.Channelz"
"""Not in reflection: it is for operators, who know that it is there."""


class MethodRecorder:
    """Takes the place of a server while servicers are added to it, and notes their methods."""

    def __init__(self, server: grpc.aio.Server) -> None:
        self._server = server
        self.methods: list[str] = []

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """Pass generic handlers on to the server."""
        self._server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(self, service: str, handlers: Any) -> None:
        """Note the methods of a service; register only those with a queue of their own.

        gRPC keeps a queue for each registered method and one for all others. It
        looks at all of them on every call: with fifty that is a fifth of a
        call's time (ADR 10). The generic handlers serve the other methods.
        """
        names = {method: f"/{service}/{method}" for method in handlers}
        self.methods += names.values()
        own = {
            method: handlers[method]
            for method, name in names.items()
            if name in POLICY and POLICY[name].own_queue
        }
        if own:
            self._server.add_registered_method_handlers(service, own)

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the services that were added, sorted."""
        return tuple(sorted({name.split("/")[1] for name in self.methods}))


def add_servicers(
    server: grpc.aio.Server, backend: Backend, traffic: Traffic, health: HealthServicer
) -> MethodRecorder:
    """Add every servicer to a server; return the recorder, with the methods that were added."""
    recorder = MethodRecorder(server)
    to = cast(grpc.aio.Server, recorder)
    school_service_pb2_grpc.add_SchoolServiceServicer_to_server(SchoolServicer(backend), to)
    school_service_pb2_grpc.add_SamenwerkingsverbandServiceServicer_to_server(
        SamenwerkingsverbandServicer(backend), to
    )
    agreement_service_pb2_grpc.add_AgreementServiceServicer_to_server(
        AgreementServicer(backend), to
    )
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(CatalogServicer(backend), to)
    party_service_pb2_grpc.add_PartyServiceServicer_to_server(PartyServicer(backend), to)
    mandate_service_pb2_grpc.add_MandateServiceServicer_to_server(MandateServicer(backend), to)
    move_service_pb2_grpc.add_MoveServiceServicer_to_server(MoveServicer(backend), to)
    endpoint_service_pb2_grpc.add_EndpointServiceServicer_to_server(EndpointServicer(backend), to)
    route_service_pb2_grpc.add_RouteServiceServicer_to_server(RouteServicer(backend), to)
    traffic_service_pb2_grpc.add_TrafficServiceServicer_to_server(traffic, to)
    transfer_service_pb2_grpc.add_TransferServiceServicer_to_server(TransferServicer(backend), to)
    audit_service_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(backend), to)
    health_pb2_grpc.add_HealthServicer_to_server(health, to)
    channelz_pb2_grpc.add_ChannelzServicer_to_server(channelz.ChannelzServicer(), to)
    names = [name for name in (*recorder.services, reflection.SERVICE_NAME) if name != _HIDDEN]
    add_reflection: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server  # untyped
    add_reflection(ReflectionServicer(names), to)
    return recorder
