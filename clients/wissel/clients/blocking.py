"""The hub for synchronous callers: the methods of `AsyncHub`, which wait for the answer."""

from collections.abc import Callable, Sequence
from typing import Any, Self, Unpack
from uuid import UUID

from wissel.clients import background
from wissel.clients.connecting.auto_connect import Connected
from wissel.clients.connecting.plan import KeyOf
from wissel.clients.fetching.keeping import Accept
from wissel.clients.fetching.results import Fetched, FetchResumed
from wissel.clients.fetching.wanted import FetchOptions, Pupil
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import AnyPath, Identity
from wissel.clients.sending.compose import Envelope, SendOptions
from wissel.clients.sending.delivering import Resumed
from wissel.clients.sending.outbox import Kept
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.sending.transfer import Progress
from wissel.clients.transport.connection import Request, Response, Unary
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.party.v1 import party_service_pb2 as party_pb
from wissel.traffic.v1 import route_service_pb2 as route_pb
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb
from wissel.traffic.v1 import transfer_service_pb2 as transfer_pb


class Hub:
    """A hub at `server` (`host:port`), called as `identity`.

    For `settings` and what the methods raise see `AsyncHub`. Threads may share
    one. Close it, or use it as a context manager.
    """

    def __init__(self, server: str, identity: Identity, **settings: Any) -> None:
        self._hub = AsyncHub(server, identity, **settings)

    @property
    def asynchronous(self) -> AsyncHub:
        """The asynchronous hub; its methods must run on the loop of `wissel.clients.background`."""
        return self._hub

    def send(  # noqa: PLR0913 - as `AsyncHub.send`
        self,
        path: AnyPath,
        *,
        sender: str,
        receiver: str,
        service: str,
        progress: Progress | None = None,
        composed: Callable[[Envelope], None] = lambda envelope: None,
        message_id: UUID | str | None = None,
        new: bool = False,
        **options: Unpack[SendOptions],
    ) -> DeliveryReceipt:
        """Send a dossier and return its receipt; see `AsyncHub.send`."""
        return background.run(
            self._hub.send(
                path,
                sender=sender,
                receiver=receiver,
                service=service,
                progress=progress,
                composed=composed,
                message_id=message_id,
                new=new,
                **options,
            )
        )

    def resume(self, progress: Progress | None = None) -> list[Resumed]:
        """Send the messages of the outbox that have no answer yet; see `AsyncHub.resume`."""
        return background.run(self._hub.resume(progress))

    def pending(self) -> list[Kept]:
        """Return the entries of the outbox that have no answer yet; see `AsyncHub.pending`."""
        return background.run(self._hub.pending())

    def drop(self, message_id: UUID | str) -> Kept:
        """End a pending entry of the outbox; see `AsyncHub.drop`."""
        return background.run(self._hub.drop(message_id))

    def fetch(
        self,
        pupil: Pupil,
        *,
        accept: Accept,
        progress: Progress | None = None,
        **options: Unpack[FetchOptions],
    ) -> Fetched:
        """Fetch the dossier of a pupil; see `FetchingClient.fetch`."""
        return background.run(self._hub.fetch(pupil, accept=accept, progress=progress, **options))

    def resume_fetched(self, accept: Accept) -> list[FetchResumed]:
        """Go on with what was fetched and not signed off; see `FetchingClient.resume_fetched`."""
        return background.run(self._hub.resume_fetched(accept))

    def auto_connect(
        self,
        service: str,
        url: str,
        key_of: KeyOf,
        *,
        place: AnyPath | None = None,
        told: Callable[[Connected], None] = lambda done: None,
        once: bool = False,
    ) -> int:
        """Keep our mandates connected until interrupted; see `AsyncHub.auto_connect`."""
        return background.run(
            self._hub.auto_connect(service, url, key_of, place=place, told=told, once=once)
        )

    def report_outcome(
        self, message_id: UUID | str, sender_oin: str, result: str, rules: Sequence[str] = ()
    ) -> traffic_pb.Delivery:
        """Say what became of a message that we received; see `AsyncHub.report_outcome`."""
        return background.run(self._hub.report_outcome(message_id, sender_oin, result, rules))

    def announce(self, **what: Any) -> transfer_pb.AnnounceNotificationResponse:
        """Have a requester told what there is to fetch; see `AsyncRegister.announce`."""
        return background.run(self._hub.announce(**what))

    def delivery_points(
        self, organisation: str = "", *, service: str = "", attribute: str = ""
    ) -> list[transfer_pb.OrganisationDeliveryPoint]:
        """Return where an organisation can be reached; see `AsyncRegister.delivery_points`."""
        return background.run(
            self._hub.delivery_points(organisation, service=service, attribute=attribute)
        )

    def call(self, method: Unary[Request, Response], request: Request) -> Response:
        """Call any unary method: `hub.call(lambda c: PartyServiceStub(c).WhoAmI, request)`."""
        return background.run(self._hub.call(method, request))

    def whoami(self) -> party_pb.WhoAmIResponse:
        """Return who the hub says that we are; see `AsyncRegister.whoami`."""
        return background.run(self._hub.whoami())

    def resolve(self, *, sender: str, receiver: str, service: str, **more: str) -> route_pb.Route:
        """Return the route of one exchange; see `AsyncRegister.resolve`."""
        return background.run(
            self._hub.resolve(sender=sender, receiver=receiver, service=service, **more)
        )

    def explain(
        self, *, sender: str, receiver: str, service: str, vendor_oin: str = "", **more: str
    ) -> route_pb.ExplainRouteResponse:
        """Return each step of the decision on a route; see `AsyncRegister.explain`."""
        return background.run(
            self._hub.explain(
                sender=sender, receiver=receiver, service=service, vendor_oin=vendor_oin, **more
            )
        )

    def mandates(
        self, organisation: str = "", *, service: str = "", include_ended: bool = False
    ) -> list[mandate_pb.Mandate]:
        """Return our mandates; see `AsyncRegister.mandates`."""
        return background.run(
            self._hub.mandates(organisation, service=service, include_ended=include_ended)
        )

    def endpoints(
        self, organisation: str = "", *, service: str = "", include_ended: bool = False
    ) -> list[endpoint_pb.Endpoint]:
        """Return our endpoints; see `AsyncRegister.endpoints`."""
        return background.run(
            self._hub.endpoints(organisation, service=service, include_ended=include_ended)
        )

    def register_endpoint(
        self, request: endpoint_pb.RegisterEndpointRequest
    ) -> endpoint_pb.Endpoint:
        """Record where we receive messages; see `AsyncRegister.register_endpoint`."""
        return background.run(self._hub.register_endpoint(request))

    def register_endpoints(
        self,
        endpoints: Sequence[endpoint_pb.NewEndpoint],
        *,
        update: bool = False,
        reason: str = "",
    ) -> list[endpoint_pb.EndpointResult]:
        """Record up to 1,000 endpoints; see `AsyncRegister.register_endpoints`."""
        more = self._hub.register_endpoints(endpoints, update=update, reason=reason)
        return background.run(more)

    def suspend_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Close an endpoint for traffic; see `AsyncRegister.suspend_endpoint`."""
        return background.run(self._hub.suspend_endpoint(endpoint_id, reason))

    def resume_endpoint(self, endpoint_id: str, reason: str = "") -> endpoint_pb.Endpoint:
        """Open a suspended endpoint again; see `AsyncRegister.resume_endpoint`."""
        return background.run(self._hub.resume_endpoint(endpoint_id, reason))

    def delivery(self, message_id: str) -> traffic_pb.GetDeliveryResponse:
        """Return the delivery of a message, with its receipts; see `AsyncRegister.delivery`."""
        return background.run(self._hub.delivery(message_id))

    def close(self) -> None:
        """Close the connection."""
        background.run(self._hub.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
