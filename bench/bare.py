"""The references: servers with grpc.aio and mutual TLS, and nothing else.

`python -m bench.bare echo|relay|receiver|fetch-relay …` runs one as a process and prints
its address. They speak Wissel's own messages, so that both sides of a
comparison parse and build the same protobuf.
"""

import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import uvloop

from wissel.las.v1 import las_service_pb2, las_service_pb2_grpc
from wissel.traffic.v1 import (
    route_service_pb2,
    route_service_pb2_grpc,
    traffic_service_pb2,
    traffic_service_pb2_grpc,
    transfer_service_pb2,
    transfer_service_pb2_grpc,
)

ROUTE = route_service_pb2.ResolveRouteResponse(
    route=route_service_pb2.Route(
        endpoint_id="00000000-0000-4000-8000-000000000000",
        url="https://las.example:8443",
        receiver_oin="00000003990000010000",
        system_id="las-noord",
        service="OSO_OV",
        service_version="http://xml.kennisnet.nl/schemas/Overstapservice/20200910",
        routing_key="0000000700099XB00931",
        registry_revision=1,
    )
)


class Echo(route_service_pb2_grpc.RouteServiceServicer):
    """Answers each resolve with the same route."""

    async def ResolveRoute(
        self, request: route_service_pb2.ResolveRouteRequest, context: object
    ) -> route_service_pb2.ResolveRouteResponse:
        """Return the route."""
        return ROUTE


class Receiver(las_service_pb2_grpc.LasServiceServicer):
    """Hashes what arrives and answers."""

    async def Deliver(
        self, request_iterator: AsyncIterator[las_service_pb2.DeliverRequest], context: object
    ) -> las_service_pb2.DeliverResponse:
        """Read the stream to its end, and answer with its digest."""
        digest = hashlib.sha256()
        async for request in request_iterator:
            digest.update(request.chunk.data)
        return las_service_pb2.DeliverResponse(
            refusal=las_service_pb2.Refusal(reason="HASHED", text=digest.hexdigest())
        )


class Relay(traffic_service_pb2_grpc.TrafficServiceServicer):
    """Passes each chunk on to the receiver and its answer back."""

    def __init__(self, receiver: "las_service_pb2_grpc.LasServiceAsyncStub") -> None:
        self._receiver = receiver

    async def ForwardEnvelope(
        self,
        request_iterator: AsyncIterator[traffic_service_pb2.ForwardEnvelopeRequest],
        context: object,
    ) -> traffic_service_pb2.ForwardEnvelopeResponse:
        """Relay one message."""
        call = self._receiver.Deliver()
        async for request in request_iterator:
            if request.HasField("header"):
                opening = las_service_pb2.Opening(header=request.header)
                await call.write(las_service_pb2.DeliverRequest(opening=opening))
            else:
                await call.write(las_service_pb2.DeliverRequest(chunk=request.chunk))
        await call.done_writing()
        answer = await call
        return traffic_service_pb2.ForwardEnvelopeResponse(message_id=answer.refusal.text)


class FetchRelay(transfer_service_pb2_grpc.TransferServiceServicer):
    """Passes each chunk of a source on to the requester, and answers its receipt with itself."""

    def __init__(self, source: "las_service_pb2_grpc.LasServiceAsyncStub") -> None:
        self._source = source

    async def FetchDossier(
        self, request: transfer_service_pb2.FetchDossierRequest, context: object
    ) -> AsyncIterator[transfer_service_pb2.FetchDossierResponse]:
        """Relay one dossier."""
        async for part in self._source.Provide(las_service_pb2.ProvideRequest()):
            if part.HasField("header"):
                opening = las_service_pb2.Opening(header=part.header)
                yield transfer_service_pb2.FetchDossierResponse(opening=opening)
            else:
                yield transfer_service_pb2.FetchDossierResponse(chunk=part.chunk)

    async def SignOffTransfer(
        self, request: transfer_service_pb2.SignOffTransferRequest, context: object
    ) -> transfer_service_pb2.SignOffTransferResponse:
        """Answer."""
        return transfer_service_pb2.SignOffTransferResponse(
            session_id=request.session_id, result="TRANSFERRED", hub_receipt=request.receipt
        )


def channel(address: str, folder: Path, name: str, *, own: bool = False) -> grpc.aio.Channel:
    """Return a mutual TLS channel with the certificate `name` of a development PKI.

    gRPC shares one connection between channels with the same address and
    credentials; a channel with `own` has its own.
    """
    credentials = grpc.ssl_channel_credentials(
        (folder / "root.pem").read_bytes(),
        (folder / f"{name}.key").read_bytes(),
        (folder / f"{name}.pem").read_bytes(),
    )
    options = [("grpc.use_local_subchannel_pool", 1)] if own else []
    return grpc.aio.secure_channel(address, credentials, options)


async def serve(kind: str, folder: Path, receiver: str | None) -> None:
    """Serve one reference until killed; print its address first."""
    # Each reference serves one method of its service, hence the ignores.
    if kind == "receiver":
        await serve_las(Receiver(), folder, "zuid")  # type: ignore[abstract]
    server = grpc.aio.server()
    if kind == "echo":
        echo = Echo()  # type: ignore[abstract]
        route_service_pb2_grpc.add_RouteServiceServicer_to_server(echo, server)
    elif receiver is not None:
        stub = las_service_pb2_grpc.LasServiceStub(channel(receiver, folder, "hub"))
        if kind == "fetch-relay":
            fetches = FetchRelay(stub)  # type: ignore[abstract]
            transfer_service_pb2_grpc.add_TransferServiceServicer_to_server(fetches, server)
        else:
            relay = Relay(stub)  # type: ignore[abstract]
            traffic_service_pb2_grpc.add_TrafficServiceServicer_to_server(relay, server)
    await run(server, folder, "hub")


async def serve_las(las: las_service_pb2_grpc.LasServiceServicer, folder: Path, name: str) -> None:
    """Serve a receiver until killed; print its address first."""
    server = grpc.aio.server()
    las_service_pb2_grpc.add_LasServiceServicer_to_server(las, server)
    await run(server, folder, name)


async def run(server: grpc.aio.Server, folder: Path, name: str) -> None:
    """Serve on a free port with the certificate `name` until killed."""
    credentials = grpc.ssl_server_credentials(
        [((folder / f"{name}.key").read_bytes(), (folder / f"{name}.pem").read_bytes())],
        root_certificates=(folder / "root.pem").read_bytes(),
        require_client_auth=True,
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(f"serving on 127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2]), next(iter(sys.argv[3:]), None)))
