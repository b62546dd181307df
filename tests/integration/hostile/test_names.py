"""Name servers that answer late, never, wrongly or with too much."""

import asyncio
import ipaddress
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from google.rpc import error_details_pb2

from support.eventually import eventually_async
from support.fakes import name_server as fakes
from support.fakes.las import FakeLas
from support.fakes.name_server import Answering, Question, name_server
from support.worlds import small_world
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from support.worlds.hostile.named import NAME, named
from support.worlds.hostile.neighbours import Neighbours, neighbours
from support.worlds.hub import detail
from wissel.server.courier.receivers.dns import DnsResolver
from wissel.server.courier.receivers.names import Found, LookupFailed


async def unreachable(world: World) -> tuple[str, str]:
    error = await world.refusal(world.message())
    info = detail(error, error_details_pb2.ErrorInfo)
    assert info.reason == "RECEIVER_UNREACHABLE"
    return info.metadata["host"], info.metadata["problem"]


async def test_a_receiver_is_found_by_its_name(tmp_path: Path) -> None:
    async with named(tmp_path, fakes.addresses("127.0.0.1")) as (world, server):
        await world.send(world.message())
        await world.send(world.message())

        assert len(world.las.received) == 2
        assert {each.name for each in server.asked} == {NAME}
        assert {each.kind for each in server.asked} == {fakes.A, fakes.AAAA}
        assert len(server.asked) == 2


async def test_an_answer_of_a_thousand_addresses_leads_to_one(tmp_path: Path) -> None:
    many = [str(ipaddress.ip_address("127.0.0.1") + number) for number in range(1000)]
    async with named(tmp_path, fakes.addresses(*many)) as (world, _):
        await world.send(world.message())

        assert len(world.las.received) == 1


@pytest.mark.parametrize(
    ("answering", "problem"),
    [
        (fakes.unknown, "there is no such name"),
        (fakes.addresses(), "the name has no address"),
        (fakes.garbage, "its name servers give no usable answer"),
        (fakes.silence, "its name servers do not answer in time"),
    ],
    ids=["unknown", "empty", "garbage", "silent"],
)
async def test_why_a_name_leads_nowhere_is_told(
    tmp_path: Path, answering: Answering, problem: str
) -> None:
    async with named(tmp_path, answering) as (world, _):
        assert await unreachable(world) == (NAME, problem)


async def test_where_a_name_leads_to_is_judged_as_before(tmp_path: Path) -> None:
    async with name_server(fakes.addresses("127.0.0.1")) as server:
        servers = (server.address,)
        async with forwarding(tmp_path, private=False, name_servers=servers) as world:
            await world.hub.put(*facts_for(f"https://{NAME}"))

            error = await world.refusal(world.message())

    assert detail(error, error_details_pb2.ErrorInfo).reason == "ADDRESS_NOT_ALLOWED"


async def test_names_that_never_answer_hold_up_no_new_line_of_another(tmp_path: Path) -> None:
    """Many messages to many names of one vendor, and the first one to another's receiver."""

    def answering(question: Question) -> bytes | None:
        return question.answer("127.0.0.1") if question.name == "good.example" else None

    async with name_server(answering) as server:
        limits = replace(QUICK, lookup=30.0)
        async with neighbours(tmp_path, limits, name_servers=(server.address,)) as world:
            good = await FakeLas.start(world.world.hub.issue("good", dns=["good.example"]))
            await _move(world, f"https://good.example:{good.port}")
            slow = asyncio.create_task(world.send(1, world.to_bad(1), 20))
            await eventually_async(lambda: server.asked, "the name that never answers is asked for")

            await world.send(2, world.to_good(2), 5)
            waiting = not slow.done()
            slow.cancel()
            await asyncio.wait([slow])
            await good.stop()

    assert waiting
    assert len(good.received) == 1


async def _move(world: Neighbours, good_url: str) -> None:
    await world.world.hub.put(*facts_for("https://never.example"))
    place = small_world.endpoint(
        small_world.B_NOORD, 1, vestiging="00", aanleverpunt="0", url=good_url
    )
    await world.world.hub.put(place)


async def resolved(answering: Answering, host: str = NAME) -> Found:
    async with name_server(answering) as server:
        resolver = DnsResolver((server.address,))
        try:
            return await resolver(host)
        finally:
            await resolver.close()


async def test_the_lifetime_of_an_answer_is_that_of_its_servers() -> None:
    both = ("127.0.0.1", "::1")

    assert (await resolved(fakes.addresses(*both, ttl=0))).lifetime == 0
    assert (await resolved(fakes.addresses(*both, ttl=300))).lifetime == 300
    assert set((await resolved(fakes.addresses(*both))).addresses) == {
        ipaddress.ip_address(each) for each in both
    }


@pytest.mark.parametrize("host", ["localhost", "las.localhost"])
async def test_a_name_of_the_machine_itself_asks_nobody(host: str) -> None:
    found = await resolved(fakes.garbage, host)

    assert ipaddress.ip_address("127.0.0.1") in found.addresses


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.example", "", "-"])
async def test_what_is_no_name_is_said(host: str) -> None:
    with pytest.raises(LookupFailed):
        await resolved(fakes.unknown, host)


_ENDING: Final = """
import asyncio, socket, sys
import uvloop
from wissel.clients.testing.cast import ZUID
from wissel.server.courier.receivers.dns import DnsResolver
from wissel.server.courier.receivers.names import HostNames

async def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = "127.0.0.1:%d" % silent.getsockname()[1]
        names = HostNames(DnsResolver((server,)), 60.0, asyncio.get_running_loop().time)
        asked = [
            asyncio.create_task(names.addresses(f"las{n}.example", ZUID.oin)) for n in range(2)
        ]
        await asyncio.to_thread(silent.recv, 512)
        for each in asked:
            each.cancel()
        await names.close()

uvloop.run(main())
print("ended")
"""


def test_a_process_ends_although_names_are_being_looked_up() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _ENDING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ),
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")
