"""`wissel-server serve --workers 2`: two processes on one port, and their parent."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from support.eventually import eventually_async
from support.processes.fleet import Fleet, running_fleet
from support.processes.hub_process import Place
from support.processes.processes import run, spawn
from support.worlds.underway import DOSSIER, connected, send, underway
from wissel.catalog.v1.catalog_service_pb2 import ListServicesRequest
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.errors import Refused
from wissel.clients.hub import AsyncHub
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.refusals.reasons import Reason

USAGE: Final = 2
UNREACHABLE: Final = 3
STOPPED_AT_ONCE: Final = 1
STOPPING: Final = "stopping: finishing what is under way"
COMMAND: Final = ["wissel-server", "serve", "--workers", "2"]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with running_fleet(Place.make(tmp_path)) as running:
        yield running


async def test_calls_over_many_connections_land_on_both_workers(fleet: Fleet) -> None:
    async with fleet.connections(fleet.hub.operator()) as hubs:
        await asyncio.gather(*(hub.whoami() for hub in hubs))

        by_worker = await asyncio.to_thread(fleet.counted, len(hubs))
        assert 2 == len([calls for calls in by_worker if calls > 0])
        await eventually_async(
            lambda: sum(fleet.samples("wissel_calls_total")),
            "the calls of both are counted together",
            until=lambda calls: calls >= sum(by_worker),
        )


async def test_a_worker_that_is_killed_comes_back_and_calls_go_on(fleet: Fleet) -> None:
    first, second = fleet.pids()
    async with fleet.connections(fleet.hub.operator()) as hubs:
        await asyncio.gather(*(hub.whoami() for hub in hubs))

        os.kill(first, signal.SIGKILL)
        await asyncio.gather(*(hub.whoami() for hub in hubs))
        await asyncio.to_thread(fleet.hub.process.line_with, "worker 0 serves as process ")

        workers = await asyncio.to_thread(fleet.healthy)
        assert second == workers[1]["pid"]
        assert first != workers[0]["pid"]
        assert [1, 0] == [worker["restarts"] for worker in workers]
        assert "worker 0 ended with -9: starts in 0.1 s" in fleet.hub.process.output


async def test_a_worker_is_replaced_though_the_folder_of_its_metrics_has_gone(
    fleet: Fleet,
) -> None:
    first, second = fleet.pids()
    shutil.rmtree(fleet.hub.place.folder / "data" / "metrics")

    os.kill(first, signal.SIGKILL)

    await eventually_async(
        lambda: fleet.get("/healthz")[0], "both serve again", until=lambda status: status == 200
    )
    await eventually_async(
        fleet.pids, "it is replaced", until=lambda pids: first not in pids and second in pids
    )


async def test_a_worker_that_is_told_to_stop_alone_is_replaced(fleet: Fleet) -> None:
    os.kill(fleet.pids()[1], signal.SIGTERM)
    await asyncio.to_thread(fleet.hub.process.line_with, "worker 1 ended with 0")
    await asyncio.to_thread(fleet.hub.process.line_with, "worker 1 serves as process ")

    workers = await asyncio.to_thread(fleet.healthy)
    assert [0, 1] == [worker["restarts"] for worker in workers]


async def test_a_change_in_one_worker_is_seen_through_the_other(fleet: Fleet) -> None:
    request = party.RegisterPartyRequest(
        oin="00000003990000050000", name="West", role="VENDOR", reason="testing"
    )
    async with fleet.connections(fleet.hub.operator()) as hubs:
        made = await hubs[0].call(lambda c: PartyServiceStub(c).RegisterParty, request)
        wanted = ListServicesRequest(at_least_revision=made.revision)
        answers = [hub.call(lambda c: CatalogServiceStub(c).ListServices, wanted) for hub in hubs]

        assert all(answer.services for answer in await asyncio.gather(*answers))


async def test_no_forward_begins_in_any_worker_after_a_mandate_has_ended(fleet: Fleet) -> None:
    async with connected(fleet.hub) as (sender, las), fleet.connections(sender.identity) as hubs:
        await asyncio.gather(*(send(hub) for hub in hubs))
        before = len(las.opened)

        await end_receiving(fleet)
        reasons = await asyncio.gather(*(refusal(hub) for hub in hubs))

        assert {Reason.RECEIVER_NOT_CONNECTED} == set(reasons)
        assert len(hubs) == before == len(las.opened)
        assert 2 == len(
            [calls for calls in await asyncio.to_thread(fleet.counted, len(hubs)) if calls]
        )


async def test_stopping_workers_finish_the_delivery_that_is_under_way(fleet: Fleet) -> None:
    release = asyncio.Event()
    async with underway(fleet.hub, release) as sending:
        fleet.hub.process.signal(signal.SIGTERM)
        await asyncio.to_thread(fleet.hub.process.line_with, STOPPING)
        release.set()

        receipt = await sending

        assert DOSSIER.stat().st_size == receipt.size
        assert 0 == await asyncio.to_thread(fleet.hub.process.ended)


async def test_a_signal_to_the_whole_group_finishes_what_is_under_way(fleet: Fleet) -> None:
    release = asyncio.Event()
    async with underway(fleet.hub, release) as sending:
        os.killpg(fleet.hub.process.pid, signal.SIGTERM)
        await asyncio.to_thread(fleet.hub.process.line_with, STOPPING)
        release.set()

        await sending

        assert 0 == await asyncio.to_thread(fleet.hub.process.ended)


async def test_a_second_signal_ends_parent_and_workers_at_once(fleet: Fleet) -> None:
    async with underway(fleet.hub, asyncio.Event()):
        fleet.hub.process.signal(signal.SIGTERM)
        await asyncio.to_thread(fleet.hub.process.line_with, STOPPING)

        fleet.hub.process.signal(signal.SIGTERM)

        # The output that this waits for ends with the last process that writes to it.
        assert STOPPED_AT_ONCE == await asyncio.to_thread(fleet.hub.process.ended)
        assert "stopped at once" in fleet.hub.process.output
        assert [] == list(fleet.hub.place.folder.glob("wissel-metrics-*"))


def test_idle_workers_stop_and_their_parent_says_so(fleet: Fleet) -> None:
    fleet.hub.process.signal(signal.SIGINT)

    assert 0 == fleet.hub.process.ended()
    assert fleet.hub.process.output.endswith("wissel-server: stopped\n")


def test_workers_stop_by_themselves_when_their_parent_is_killed(fleet: Fleet) -> None:
    fleet.hub.process.signal(signal.SIGKILL)

    assert -signal.SIGKILL == fleet.hub.process.ended()


def test_the_option_prevails_over_the_variable(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    environ = {**place.environ, "WISSEL_WORKERS": "3", "TMPDIR": str(tmp_path)}

    with spawn(COMMAND, environ=environ, cwd=tmp_path) as hub:
        hub.line_with("serving on 127.0.0.1:")

    serving = [line for line in hub.output.splitlines() if "serves as process" in line]
    assert 2 == len(serving)


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "SO_REUSEPORT"])
def test_a_port_that_a_stranger_has_is_said(tmp_path: Path, *, shared: bool) -> None:
    place = Place.make(tmp_path)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"

        code, said = run(COMMAND, environ={**place.environ, "WISSEL_LISTEN": listen}, cwd=tmp_path)

    assert UNREACHABLE == code
    assert f"wissel-server: WISSEL_LISTEN {listen} cannot be served on: " in said
    assert "is taken by another program" in said
    assert 1 == len(said.splitlines())


def test_a_second_hub_cannot_join_the_port_of_a_first(fleet: Fleet) -> None:
    environ = {**fleet.hub.place.environ, "WISSEL_LISTEN": fleet.hub.address}

    code, said = run(COMMAND, environ=environ, cwd=fleet.hub.place.folder)

    assert UNREACHABLE == code
    assert "is taken by another program" in said


def test_a_port_of_the_metrics_that_is_taken_is_said(fleet: Fleet) -> None:
    taken = f"127.0.0.1:{fleet.port}"
    environ = {**fleet.hub.place.environ, "WISSEL_METRICS_LISTEN": taken}

    code, said = run(COMMAND, environ=environ, cwd=fleet.hub.place.folder)

    assert UNREACHABLE == code
    assert f"WISSEL_METRICS_LISTEN {taken}: " in said


def test_no_workers_at_all_is_a_wrong_setting(tmp_path: Path) -> None:
    place = Place.make(tmp_path)

    code, said = run([*COMMAND[:-1], "0"], environ=place.environ, cwd=tmp_path)

    assert USAGE == code
    assert "WISSEL_WORKERS: " in said


def test_what_keeps_a_worker_from_starting_ends_the_hub(tmp_path: Path) -> None:
    place = Place.make(tmp_path, migrated=False)

    code, said = run(COMMAND, environ=place.environ, cwd=tmp_path)

    assert USAGE == code
    assert "run: wissel-server migrate" in said
    assert "serving on" not in said
    assert "Traceback" not in said


async def end_receiving(fleet: Fleet) -> None:
    """Let the service desk end the mandate of the receiver at once."""
    async with fleet.connections(fleet.hub.operator()) as desks:
        (given,) = await desks[0].mandates("99XB")
        request = mandate.EndMandateRequest(
            mandate_id=given.mandate_id, immediately=True, reason="testing"
        )
        await desks[0].call(lambda c: MandateServiceStub(c).EndMandate, request)


async def refusal(hub: AsyncHub) -> str:
    """Try to send, and return why that is refused."""
    with pytest.raises(Refused) as refused:
        await send(hub)
    return str(refused.value.reason)
