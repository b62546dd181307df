"""Registers the endpoints of mandates by itself, and ends those that lost their mandate."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from wissel.catalog.v1 import catalog_service_pb2 as catalog_pb
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.connecting.place import Place, keep_place, read_place
from wissel.clients.connecting.plan import (
    KeyOf,
    late,
    missing,
    orphaned,
    points_of,
    wants_endpoints,
)
from wissel.clients.connecting.watch import watch
from wissel.clients.errors import Refused, WisselError
from wissel.clients.register import AsyncRegister
from wissel.clients.transport.retry import may_pass
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.routing.values.days import day_of

_GONE = ("ENDPOINT_ENDED", "ENDPOINT_NOT_FOUND")
_TAKEN = "ROUTING_KEY_IN_USE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What was done for a mandate: an endpoint was registered or ended, or it has to wait.

    `refused` is why it waits; it is tried again on the next day.
    """

    mandate_id: str
    endpoint: endpoint_pb.Endpoint | None = None
    ended: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectSettings:
    """What is connected, and how.

    The mandates for `service` get endpoints at `url`, with the routing keys or delivery
    points that `key_of` gives. `hub` names the hub (its OIN) in the file `place`. `told`
    is called with each thing that was done; `now` returns an aware instant.
    """

    hub: str
    service: str
    url: str
    key_of: KeyOf
    place: Path
    told: Callable[[Connected], None]
    now: Callable[[], dt.datetime]


class AutoConnect:
    """Keeps the mandates of a vendor connected.

    It begins with all that there are, and then follows what becomes of them. Every act may
    be repeated: whatever breaks, it goes on where it was, with what was not done.
    """

    def __init__(self, register: AsyncRegister, settings: ConnectSettings) -> None:
        self._register = register
        self._settings = settings
        self._place = Place(hub=settings.hub, service="", url=settings.url)

    async def run(self) -> None:
        """Keep everything connected until cancelled.

        Raises the `WisselError` of what is not worth repeating, such as a certificate that
        is refused, and `StorageError`.
        """
        patience, attempt = self._register.patience, 0
        while True:
            before = self._place.resume_token
            try:
                await self._follow()
            except WisselError as error:
                if not may_pass(error):
                    raise
                attempt = 0 if self._place.resume_token != before else attempt + 1
                await patience.sleep(patience.wait(attempt, getattr(error, "retry_after", None)))

    async def once(self) -> int:
        """Connect all that there is, and return how many mandates have to wait."""
        await self._open()
        await self._all()
        return len(self._place.waiting)

    async def _follow(self) -> None:
        await self._open()
        if not self._place.resume_token:
            await self._all()
        request = mandate_pb.WatchMandatesRequest(resume_token=self._place.resume_token)
        responses = watch(self._register.link, self._register.patience, request)
        async with aclosing(responses):
            async for response in responses:
                if response.HasField("resync"):
                    await self._all()
                    return
                await self._take(response)

    async def _open(self) -> None:
        """Find the place where this program was, for the service by its proper code."""
        asked = catalog_pb.GetServiceRequest(service=self._settings.service)
        answer = await self._register.call(lambda c: CatalogServiceStub(c).GetService, asked)
        new = Place(hub=self._settings.hub, service=answer.service.code, url=self._settings.url)
        self._place = await asyncio.to_thread(read_place, self._settings.place, new)

    async def _all(self) -> None:
        """Connect all mandates there are, and go on from here."""
        service = self._place.service
        mandates, token = await self._register.mandates_to_watch(service)
        endpoints = await self._register.endpoints(service=service, include_ended=True)
        for lost in orphaned(endpoints, mandates, self._today()):
            await self._end(lost.mandate_id, lost.endpoint_id)
        self._place.waiting = []
        by_mandate: dict[str, list[endpoint_pb.Endpoint]] = {}
        for each in endpoints:
            by_mandate.setdefault(each.mandate_id, []).append(each)
        for mandate in mandates:
            await self._connect(mandate, by_mandate.get(mandate.mandate_id, []))
        await self._keep(token, self._today())

    async def _take(self, response: mandate_pb.WatchMandatesResponse) -> None:
        """Do what follows from one response, then keep that it is done."""
        for change in response.mandates:
            if change.mandate.service == self._place.service:
                await self._act(change)
        today = self._today()
        if today != self._place.day:
            for mandate_id in tuple(self._place.waiting):
                await self._retry(mandate_id)
        if response.resume_token:
            await self._keep(response.resume_token, today)

    async def _act(self, change: mandate_pb.MandateChange) -> None:
        mandate = change.mandate
        if mandate.ended_immediately:
            self._waits(mandate.mandate_id, waits=False)
            for endpoint_id in change.endpoint_ids:
                await self._end(mandate.mandate_id, endpoint_id)
        elif wants_endpoints(mandate):
            endpoints = await self._endpoints_of(mandate.mandate_id)
            for request in late(change, endpoints, self._today()):
                await self._register.call(
                    lambda c: EndpointServiceStub(c).UpdateEndpoint,
                    request,
                )
            await self._connect(mandate, endpoints)

    async def _retry(self, mandate_id: str) -> None:
        """Try once more to connect a mandate that had to wait."""
        mandate = await self._register.mandate(mandate_id)
        await self._connect(mandate, await self._endpoints_of(mandate_id))

    async def _connect(
        self, mandate: mandate_pb.Mandate, endpoints: list[endpoint_pb.Endpoint]
    ) -> None:
        """Register the endpoints that a mandate lacks."""
        self._waits(mandate.mandate_id, waits=False)
        if not wants_endpoints(mandate):
            return
        keys = self._settings.key_of(mandate)
        points = points_of(await keys if isinstance(keys, Awaitable) else keys)
        for request in missing(mandate, points, endpoints, self._settings.url):
            try:
                endpoint = await self._register.register_endpoint(request)
            except Refused as refused:
                if may_pass(refused):
                    raise
                if refused.reason == _TAKEN and await self._is_there(request):
                    continue  # another program of ours was first
                self._waits(mandate.mandate_id, waits=True)
                self._tell(Connected(mandate_id=mandate.mandate_id, refused=refused))
            else:
                self._tell(Connected(mandate_id=mandate.mandate_id, endpoint=endpoint))

    async def _end(self, mandate_id: str, endpoint_id: str) -> None:
        """End an endpoint that lost its mandate; one that has ended already is as it should be."""
        request = endpoint_pb.EndEndpointRequest(endpoint_id=endpoint_id, immediately=True)
        try:
            answer = await self._register.call(
                lambda c: EndpointServiceStub(c).EndEndpoint, request
            )
        except Refused as refused:
            if refused.reason not in _GONE:
                raise
        else:
            self._tell(Connected(mandate_id=mandate_id, endpoint=answer.endpoint, ended=True))

    async def _is_there(self, request: endpoint_pb.RegisterEndpointRequest) -> bool:
        endpoints = await self._endpoints_of(request.mandate_id)
        return any(each.routing_key == request.routing_key for each in endpoints)

    async def _endpoints_of(self, mandate_id: str) -> list[endpoint_pb.Endpoint]:
        return await self._register.endpoints(mandate_id=mandate_id)

    def _waits(self, mandate_id: str, *, waits: bool) -> None:
        others = [each for each in self._place.waiting if each != mandate_id]
        self._place.waiting = [*others, mandate_id] if waits else others

    async def _keep(self, token: str, day: str) -> None:
        self._place.resume_token, self._place.day = token, day
        await asyncio.to_thread(keep_place, self._settings.place, self._place)

    def _today(self) -> str:
        return day_of(self._settings.now()).isoformat()

    def _tell(self, done: Connected) -> None:
        self._settings.told(done)
