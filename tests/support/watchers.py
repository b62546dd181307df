"""Somebody who watches mandates, for tests: reads what comes and knows what that leads to.

async with watching(hub, "noord") as watcher:
    told = await watcher.until(revision)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from support.worlds.hub import BOUNDS, Hub
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.server.rpc.requests.watches import WatchBounds
from wissel.server.rpc.server import Bounds

_WITHIN: Final = 60.0  # seconds, after which a test fails
Response = pb.WatchMandatesResponse


class Watcher:
    """Reads one stream. `token` is that of the last response that had one."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.token = ""

    async def next(self) -> Response:
        """Return the next response, of whatever kind."""
        response: Response = await self.call.read()
        assert isinstance(response, Response), "the stream has ended"
        self.token = response.resume_token or self.token
        return response

    async def until(self, revision: int) -> list[Response]:
        """Return the responses up to and including the one that has reached a revision."""
        told = [await self.next()]
        while told[-1].registry_revision < revision or not told[-1].resume_token:
            told.append(await self.next())
        return told


@asynccontextmanager
async def watching(hub: Hub, name: str, **asked: Any) -> AsyncIterator[Watcher]:
    """Watch as an identity for as long as the block lasts."""
    call = hub.stub(MandateServiceStub, name).WatchMandates(
        pb.WatchMandatesRequest(**asked), timeout=_WITHIN
    )
    try:
        yield Watcher(call)
    finally:
        call.cancel()


async def listed(hub: Hub, name: str, **asked: Any) -> tuple[dict[str, pb.Mandate], str]:
    """Return all mandates of an identity by id, and the token with which it watches on."""
    request = pb.ListMandatesRequest(include_ended=True, page_size=1000, **asked)
    found: dict[str, pb.Mandate] = {}
    while True:
        page = await hub.stub(MandateServiceStub, name).ListMandates(request)
        found |= {each.mandate_id: each for each in page.mandates}
        if not page.next_page_token:
            return found, page.resume_token
        request.page_token = page.next_page_token


def mandates_in(told: list[Response]) -> list[pb.MandateChange]:
    """Return what was told of mandates, in order."""
    return [change for each in told for change in each.mandates]


def kinds_in(told: list[Response]) -> list[tuple[str, str]]:
    """Return what became of which mandates, in order."""
    return [(each.kind, each.mandate.mandate_id) for each in mandates_in(told)]


def bounded(**changes: Any) -> Bounds:
    """Bounds of a hub with a short heartbeat, but for what is said."""
    return replace(
        BOUNDS, watches=WatchBounds(**{"per_minute": 10_000, "heartbeat": 0.1, **changes})
    )
