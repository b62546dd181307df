"""A source of Noord that announces, and a requester of Zuid that is told.

async with notifying(tmp_path) as world:
    announced = await world.announce()
    await world.settled()
    assert announced.link_key == world.las.notified[0].link_key
"""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from support.fakes.las import FakeLas
from support.fetching import FROM_XA, TO_XC, Fetched, FetchWorld, fetching
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from support.worlds.small_world import A_NOORD_SWV, SWV_2026
from wissel.clients.testing.cast import NOORD, SWV
from wissel.routing.exchange.fetching.notifications import announce
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import transfer_service_pb2 as pb

TO_SWV: Final = small_world.key(SWV, 1)
FOR_SWV: Final = pb.Requester(swv=SWV, routing_key=TO_SWV)


@dataclass(kw_only=True)
class NotifyWorld(FetchWorld):
    """Everything that takes part; 99XA also sends over OSO_SWV."""

    @property
    def las(self) -> FakeLas:
        """The LAS of Zuid, which is told."""
        return self.world.las

    async def announce(
        self, name: str = "noord", **changes: Any
    ) -> pb.AnnounceNotificationResponse:
        """Announce a swv-dossier of 99XA, but for `changes`."""
        fields: dict[str, Any] = {
            "notification_id": str(uuid4()),
            "source_brin": "99XA",
            "source_routing_key": FROM_XA,
            "requester": FOR_SWV,
            "overdrachtsoort": "swv-dossier",
            "initiator": "account-of-the-school",
        }
        request = pb.AnnounceNotificationRequest(**(fields | changes))
        response: pb.AnnounceNotificationResponse = await self.stub(name).AnnounceNotification(
            request
        )
        return response

    async def available(self, session_id: str, **changes: Any) -> pb.AnnounceNotificationResponse:
        """Announce that what was asked in a session is there now, but for `changes`."""
        fields: dict[str, Any] = {
            "requester": pb.Requester(brin="99XC", routing_key=TO_XC),
            "overdrachtsoort": "overstapdossier",
            "session_id": session_id,
        }
        return await self.announce(**(fields | changes))

    async def link_of(self, days: int) -> UUID:
        """Return the key of a link that was announced so many days ago."""
        id_text = (await self.announce()).notification_id
        await self.told()
        notifications = self.world.journal.notifications
        made = await notifications.find(Oin(NOORD.oin), UUID(id_text))
        assert made is not None
        said = replace(made.announcement, notification_id=uuid4())
        then = made.announced - dt.timedelta(days=days)
        key = uuid4()
        await notifications.announce(announce(said, made.requester_oin, then, lambda: key))
        return key

    async def told(self) -> None:
        """Wait until nobody is being told."""
        await self.world.notifier.settled()

    async def look(self) -> None:
        """Tell what is due, and wait for what comes of it."""
        await self.world.notifier.look()
        await self.told()

    async def start_swv(self, name: str = "zuid") -> str:
        """Return the id of a session in which the samenwerkingsverband asks 99XA."""
        request = pb.StartTransferRequest(
            source_brin="99XA",
            requester=FOR_SWV,
            overdrachtsoort="swv-dossier",
            initiator="account-of-the-verband",
        )
        return str((await self.stub(name).StartTransfer(request)).session_id)

    async def fetch_swv(self, key: str, **changes: Any) -> Fetched:
        """Fetch the dossier of a link in a new session."""
        fields: dict[str, Any] = {
            "search_key": None,
            "source_key_id": "",
            "requester_key_id": "",
            "link_key": key,
        }
        return await self.fetch(await self.start_swv(), **(fields | changes))


@asynccontextmanager
async def notifying(folder: Path, **more: Any) -> AsyncIterator[NotifyWorld]:
    """Start all of it; everything ends with the block."""
    async with fetching(folder, **more) as world:
        point = small_world.endpoint(A_NOORD_SWV, 1, version=SWV_2026)
        await world.world.hub.put(*evergreen([replace(point, url=world.source.url)]))
        yield NotifyWorld(world=world.world, source=world.source)
