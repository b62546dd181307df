"""A vendor's mandates are connected by themselves, over whatever breaks (R10)."""

import asyncio
import base64
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from support.eventually import eventually_async
from support.worlds import small_world as w
from support.worlds.hub import BOUNDS, Hub, running_hub
from wissel.clients import AsyncHub, Connected, DeliveryPoint, Identity, Patience, StorageError
from wissel.clients.connecting.plan import KeyOf
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.values.days import ONE_DAY, Period
from wissel.server.rpc.requests.watches import WatchBounds

URL = "https://las.noord.example:8443"
TODAY = dt.datetime.now(dt.UTC).date()
GIVEN = w.mandate(w.XC, w.LAS_NOORD)
MANDATES = [each for each in w.small() if isinstance(each, Mandate)]
NONE = [each for each in w.small() if not isinstance(each, Mandate | Endpoint)]
FAST = WatchBounds(per_minute=10_000, heartbeat=0.1)


def key_of(mandate: pb.Mandate) -> str:
    return f"00000007000{mandate.brin}00931"


@dataclass
class Vendor:
    """Noord, and what its program did."""

    hub: Hub
    place: Path
    told: list[Connected] = field(default_factory=list)
    today: dt.date = TODAY

    @asynccontextmanager
    async def sdk(self) -> AsyncIterator[AsyncHub]:
        mine = self.hub.identity("noord")
        identity = Identity.load(mine.certificate, mine.key, mine.roots)
        patience = Patience(total=5, first=0.01, most=0.05)
        async with AsyncHub(
            self.hub.address,
            identity,
            patience=patience,
            now=lambda: dt.datetime.combine(self.today, dt.time(12), dt.UTC),
        ) as hub:
            yield hub

    @asynccontextmanager
    async def connecting(
        self, keys: KeyOf = key_of, service: str = "OSO_OV"
    ) -> AsyncIterator[None]:
        """Keep everything connected while the block lasts."""
        async with self.sdk() as hub:
            task = asyncio.create_task(
                hub.auto_connect(service, URL, keys, place=self.place, told=self.told.append)
            )
            try:
                yield
                # Nothing is under way then: a hub that ends in the middle of a call says so.
                await self.has_taken_in(await self.hub.register.head_revision())
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def once(self, keys: KeyOf = key_of, **changes: Any) -> int:
        async with self.sdk() as hub:
            asked: dict[str, Any] = {"place": self.place, "told": self.told.append} | changes
            return await hub.auto_connect("OSO_OV", URL, keys, once=True, **asked)

    async def endpoints(self, **asked: Any) -> list[str]:
        async with self.sdk() as hub:
            return [each.routing_key for each in await hub.endpoints(service="OSO_OV", **asked)]

    async def has_done(self, count: int) -> list[Connected]:
        """Wait until so many things were done."""
        return await eventually_async(
            lambda: list(self.told), f"{count} acts", until=lambda told: len(told) >= count
        )

    async def has_taken_in(self, revision: int) -> None:
        """Wait until the place is at a revision, with nothing left to do for it."""
        await eventually_async(
            self._reached,
            f"revision {revision} was taken in",
            until=lambda reached: reached >= revision,
        )

    def _reached(self) -> int:
        if not self.place.exists():
            return 0
        token = json.loads(self.place.read_text(encoding="utf-8"))["resume_token"]
        told = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return int(json.loads(told)[0])


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[Vendor]:
    bounds = replace(BOUNDS, watches=FAST)
    async with running_hub(tmp_path, facts=NONE, bounds=bounds) as hub:
        yield Vendor(hub, tmp_path / "connect" / "OSO_OV.json")


async def test_what_is_given_is_connected_and_what_ends_at_once_is_ended(vendor: Vendor) -> None:
    async with vendor.connecting():
        await vendor.hub.put(GIVEN)
        (connected,) = await vendor.has_done(1)
        before = await vendor.endpoints()
        await vendor.hub.put(replace(GIVEN, stopped=True))
        (_, ended) = await vendor.has_done(2)
        after = await vendor.endpoints()

    assert (str(GIVEN.mandate_id), False) == (connected.mandate_id, connected.ended)
    assert [key_of(pb.Mandate(brin="99XC"))] == before
    assert (True, []) == (ended.ended, after)


async def test_all_that_there_is_is_connected_once(vendor: Vendor) -> None:
    await vendor.hub.put(*MANDATES)

    waiting = [await vendor.once(), await vendor.once()]

    assert [0, 0] == waiting
    assert 2 == len(vendor.told) == len(await vendor.endpoints())


async def test_it_goes_on_where_it_was_after_its_own_restart(vendor: Vendor) -> None:
    async with vendor.connecting():
        await vendor.has_taken_in(await vendor.hub.put(w.A_NOORD))
    await vendor.hub.put(GIVEN)
    await vendor.hub.put(replace(w.A_NOORD, stopped=True))

    async with vendor.connecting():
        told = await vendor.has_done(3)

    assert [False, False, True] == [each.ended for each in told]
    assert [key_of(pb.Mandate(brin="99XC"))] == await vendor.endpoints()


async def test_a_mandate_that_begins_later_is_connected_for_its_days(vendor: Vendor) -> None:
    first = TODAY + 10 * ONE_DAY
    async with vendor.connecting():
        await vendor.hub.put(replace(GIVEN, period=Period(first)))
        (done,) = await vendor.has_done(1)

    assert done.endpoint is not None
    assert (first.isoformat(), "PLANNED") == (done.endpoint.start_date, done.endpoint.status)


async def test_a_mandate_that_begins_earlier_than_it_did_takes_its_endpoint_along(
    vendor: Vendor,
) -> None:
    async with vendor.connecting():
        await vendor.hub.put(replace(GIVEN, period=Period(TODAY + 10 * ONE_DAY)))
        await vendor.has_done(1)
        earlier = await vendor.hub.put(replace(GIVEN, period=Period(TODAY + 5 * ONE_DAY)))
        await vendor.has_taken_in(earlier)
        later = await vendor.hub.put(replace(GIVEN, period=Period(TODAY + 7 * ONE_DAY)))
        await vendor.has_taken_in(later)
    async with vendor.sdk() as hub:
        (endpoint,) = await hub.endpoints(service="OSO_OV")

    assert str(TODAY + 5 * ONE_DAY) == endpoint.start_date


async def test_what_ends_by_the_calendar_needs_no_act(vendor: Vendor) -> None:
    async with vendor.connecting():
        await vendor.hub.put(GIVEN)
        await vendor.has_done(1)
        revision = await vendor.hub.put(replace(GIVEN, period=Period(w.START, TODAY)))
        await vendor.has_taken_in(revision)

    assert [False] == [each.ended for each in vendor.told]


async def test_others_services_and_rejected_mandates_are_left_alone(vendor: Vendor) -> None:
    async with vendor.connecting(
        lambda mandate: None if mandate.brin == "99XB" else key_of(mandate)
    ):
        await vendor.hub.put(w.A_NOORD_SWV, w.C_ZUID, w.B_NOORD)
        await vendor.has_taken_in(await vendor.hub.put(w.SWV_ZUID))

    assert [] == vendor.told


async def test_vestigingen_have_delivery_points_of_their_own(vendor: Vendor) -> None:
    def points(mandate: pb.Mandate) -> list[DeliveryPoint]:
        return [
            DeliveryPoint(
                routing_key=f"00000007000{mandate.brin}0093{number}", vestiging=f"0{number}"
            )
            for number in (0, 2)
        ]

    async with vendor.connecting(points):
        await vendor.hub.put(w.B_NOORD)
        told = await vendor.has_done(2)

    found = [each.endpoint.vestiging for each in told if each.endpoint is not None]
    assert ["99XB00", "99XB02"] == found


async def test_what_is_refused_waits_and_is_tried_on_another_day(vendor: Vendor) -> None:
    right = False

    async def keys(mandate: pb.Mandate) -> str:
        return key_of(mandate) if right else "0000000700099XA00000"

    async with vendor.connecting(keys):
        await vendor.hub.put(GIVEN)
        (refused,) = await vendor.has_done(1)
        right = True
        vendor.today += ONE_DAY
        (_, connected) = await vendor.has_done(2)

    assert refused.refused is not None
    assert "ROUTING_KEY_FOREIGN" == refused.refused.reason
    assert connected.endpoint is not None
    assert key_of(pb.Mandate(brin="99XC")) == connected.endpoint.routing_key


async def test_two_programs_of_one_vendor_connect_once(vendor: Vendor, tmp_path: Path) -> None:
    other = Vendor(vendor.hub, tmp_path / "other" / "OSO_OV.json")
    async with vendor.connecting(), other.connecting():
        for each in (GIVEN, w.A_NOORD):
            await vendor.hub.put(each)
        revision = await vendor.hub.put(w.B_NOORD)
        await vendor.has_taken_in(revision)
        await other.has_taken_in(revision)

    told = [*vendor.told, *other.told]
    assert 3 == len([each for each in told if each.endpoint is not None])
    assert [] == [each for each in told if each.refused is not None]


async def test_a_register_with_another_past_is_looked_at_anew(
    vendor: Vendor, tmp_path: Path
) -> None:
    async with vendor.connecting():
        await vendor.has_taken_in(await vendor.hub.put(GIVEN))
    (tmp_path / "restored").mkdir()
    bounds = replace(BOUNDS, watches=FAST)
    async with running_hub(tmp_path / "restored", facts=[*NONE, w.A_NOORD], bounds=bounds) as hub:
        restored = Vendor(hub, vendor.place)
        async with restored.connecting():
            (done,) = await restored.has_done(1)

    assert str(w.A_NOORD.mandate_id) == done.mandate_id


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"hub": 1}', b"\xff"])
async def test_a_place_that_is_none_is_refused(vendor: Vendor, content: bytes) -> None:
    vendor.place.parent.mkdir()
    vendor.place.write_bytes(content)

    with pytest.raises(StorageError, match="is not the place of a watch"):
        await vendor.once()


async def test_the_place_of_another_hub_or_url_counts_nothing(vendor: Vendor) -> None:
    await vendor.once()
    kept = json.loads(vendor.place.read_text(encoding="utf-8"))
    vendor.place.write_text(json.dumps(kept | {"hub": "0" * 20, "waiting": ["x"]}))

    assert 0 == await vendor.once()
    assert kept == json.loads(vendor.place.read_text(encoding="utf-8"))


async def test_a_place_that_cannot_be_kept_is_told(vendor: Vendor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="file"):
        await vendor.once(place=tmp_path / "file" / "place.json")
