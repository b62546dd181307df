"""What a hub gives is judged by the requester itself: a lying hub gets nothing accepted."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders import envelopes
from support.fetching import FROM_XA, TO_XC
from support.requesting import Requesting, identity_of, material_of
from support.worlds import small_world
from wissel.clients import Refused, StorageError, Unreachable
from wissel.clients.fetching.download import Asked, Download, Downloaded
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.clients.transport.connection import Connection
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import (
    TransferServiceServicer,
    add_TransferServiceServicer_to_server,
)

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class Lying(TransferServiceServicer):
    """A hub that gives these parts, and then ends, fails or is silent."""

    __abstractmethods__: frozenset[str] = frozenset()  # only what is called is served

    parts: Sequence[pb.FetchDossierResponse] = ()
    end: Callable[[Context], Any] | None = None

    async def FetchDossier(
        self, request: pb.FetchDossierRequest, context: Context
    ) -> AsyncIterator[pb.FetchDossierResponse]:
        for part in self.parts:
            yield part
        if self.end is not None:
            await self.end(context)


@dataclass(kw_only=True)
class Scene:
    """A lying hub, what it was asked, and the true parts of one fetch."""

    world: Requesting
    hub: Lying
    link: Connection
    asked: Asked
    parts: list[pb.FetchDossierResponse]
    path: Path

    async def download(self, **changes: Any) -> Downloaded:
        """Fetch from it, once."""
        fields: dict[str, Any] = {
            "link": self.link,
            "asked": self.asked,
            "request": pb.FetchDossierRequest(),
            "limit": 1024 * 1024,
            "within": None,
            "now": self.world.now,
            "progress": lambda done, total: None,
        }
        download = Download(**(fields | changes))
        return await download.attempt(self.path, material_of(self.world.fetch_world, "zuid"))

    async def refused(self, **changes: Any) -> str:
        """Return why it is not taken."""
        with pytest.raises(Refused) as caught:
            await self.download(**changes)
        return caught.value.reason


@pytest.fixture
async def scene(world: Requesting, tmp_path: Path) -> AsyncIterator[Scene]:
    raw = await world.fetch_world.fetch(await world.fetch_world.start())
    hub, server = Lying(), grpc.aio.server()  # type: ignore[abstract] # see there
    add_TransferServiceServicer_to_server(hub, server)
    own = world.fetch_world.world.hub.issue("lying", oin=HUB.oin)
    credentials = grpc.ssl_server_credentials(
        [(own.key.read_bytes(), own.certificate.read_bytes())],
        own.roots.read_bytes(),
        require_client_auth=True,
    )
    port = server.add_secure_port("localhost:0", credentials)
    await server.start()
    link = Connection(f"localhost:{port}", identity_of(world.fetch_world, "zuid"))
    hub.parts = parts = [
        pb.FetchDossierResponse(opening=raw.opening),
        chunk(raw.payload[:100_000]),
        chunk(raw.payload[100_000:]),
    ]
    asked = Asked(
        hub_oin=Oin(HUB.oin),
        session_id=raw.header.context.session_id or uuid4(),
        source_oin=Oin(NOORD.oin),
        source=Address(organisation=small_world.XA, routing_key=RoutingKey(FROM_XA)),
        requester_oin=Oin(ZUID.oin),
        requester=Address(organisation=small_world.XC, routing_key=RoutingKey(TO_XC)),
        kind=Kind.OVERSTAP,
    )
    yield Scene(
        world=world, hub=hub, link=link, asked=asked, parts=list(parts), path=tmp_path / "payload"
    )
    await link.close()
    await server.stop(None)


def chunk(data: bytes) -> pb.FetchDossierResponse:
    return pb.FetchDossierResponse(chunk=dossier_pb2.Chunk(data=data))


async def test_what_is_whole_and_as_asked_is_taken(scene: Scene) -> None:
    await scene.download()

    assert scene.path.read_bytes() == envelopes.PAYLOAD
    assert scene.path.stat().st_mode & 0o777 == 0o600


OTHERS: dict[str, dict[str, Any]] = {
    "another session": {"session_id": uuid4()},
    "another source": {"source_oin": Oin(ZUID.oin)},
    "another school": {
        "source": Address(organisation=small_world.XB, routing_key=RoutingKey(FROM_XA))
    },
    "another delivery point": {
        "source": Address(
            organisation=small_world.XA, routing_key=small_world.key(small_world.XA, 2)
        )
    },
    "for another": {"requester_oin": Oin(NOORD.oin)},
    "for another delivery point": {
        "requester": Address(
            organisation=small_world.XC, routing_key=small_world.key(small_world.XC, 2)
        )
    },
    "another kind": {"kind": Kind.SWV},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS.keys())
async def test_what_was_not_asked_for_is_not_taken(scene: Scene, changes: dict[str, Any]) -> None:
    assert await scene.refused(asked=replace(scene.asked, **changes)) == "SOURCE_INVALID"
    assert not scene.path.exists()


async def test_what_another_hub_stamped_is_not_taken(scene: Scene) -> None:
    elsewhere = replace(scene.asked, hub_oin=Oin(NOORD.oin))

    assert await scene.refused(asked=elsewhere) == "STAMP_INVALID"


async def test_a_stamp_lives_for_minutes(scene: Scene) -> None:
    for days in (-1, 1):
        scene.world.skipped = dt.timedelta(days=days)
        assert await scene.refused() == "STAMP_INVALID"
    for minutes in (-4, 4):
        scene.world.skipped = dt.timedelta(minutes=minutes)
        await scene.download()
        scene.path.unlink()


async def test_what_is_too_large_is_not_taken(scene: Scene) -> None:
    assert await scene.refused(limit=10) == "PAYLOAD_TOO_LARGE"


BROKEN: dict[str, tuple[Callable[[list[pb.FetchDossierResponse]], object], str]] = {
    "nothing": (list.clear, "HEADER_MISSING"),
    "no opening": (lambda parts: parts.pop(0), "HEADER_MISSING"),
    "an empty opening": (
        lambda parts: parts.__setitem__(0, pb.FetchDossierResponse(opening=las_pb.Opening())),
        "STAMP_INVALID",
    ),
    "a part is left out": (lambda parts: parts.pop(), "SIZE_MISMATCH"),
    "a byte too many": (
        lambda parts: parts.__setitem__(-1, chunk(parts[-1].chunk.data + b"x")),
        "SIZE_MISMATCH",
    ),
    "an empty part": (lambda parts: parts.insert(1, chunk(b"")), "CHUNK_INVALID"),
    "other bytes": (
        lambda parts: parts.__setitem__(-1, chunk(b"x" * len(parts[-1].chunk.data))),
        "DIGEST_MISMATCH",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), BROKEN.values(), ids=BROKEN.keys())
async def test_what_is_not_whole_is_not_taken(
    scene: Scene, damage: Callable[[list[pb.FetchDossierResponse]], object], reason: str
) -> None:
    damage(scene.parts)
    scene.hub.parts = scene.parts

    assert await scene.refused() == reason


async def test_how_the_stream_ends_after_the_last_byte_says_nothing(scene: Scene) -> None:
    async def fail(context: Context) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    scene.hub.end = fail

    await scene.download()

    assert scene.path.read_bytes() == envelopes.PAYLOAD


async def test_a_hub_that_falls_silent_is_not_waited_for_for_ever(scene: Scene) -> None:
    async def wait(_: Context) -> None:
        await asyncio.Event().wait()

    scene.hub.parts, scene.hub.end = scene.parts[:2], wait

    with pytest.raises(Unreachable, match="nothing came"):
        await scene.download(idle=0.2)


async def test_a_file_that_cannot_be_written_is_told(scene: Scene) -> None:
    scene.path.mkdir()

    with pytest.raises(StorageError, match="cannot be written"):
        await scene.download()
