"""A vendor's program that fetches is killed, has no room, or loses its hub: nothing is lost."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from support.builders import envelopes
from support.fakes.source import providing
from support.prepared.fetch_stage import Stage, fetch_stage
from support.processes.hub_process import serving
from support.processes.processes import calling_as, run, spawn
from wissel.clients.processes import command
from wissel.clients.testing.cast import ZUID

PROGRAM: Final = """
import os, pathlib, sys, time
from wissel.clients import Hub, Identity, Patience, pupil_number

def accept(message):
    message.keep(pathlib.Path("kept.xml"))
    print("accepting", flush=True)
    while not pathlib.Path("go").exists():
        time.sleep(0.01)

said = os.environ
me = Identity.load(
    said["WISSEL_CERTIFICATE"], said["WISSEL_KEY"], said["WISSEL_TRUST_ROOTS"]
)
hub = Hub(
    said["WISSEL_SERVER"], me, hub_oin=said["WISSEL_HUB_OIN"], patience=Patience(total=0.5)
)
with hub:
    number = pupil_number(pathlib.Path("number").read_text())
    hub.fetch(
        number,
        source="99XA",
        requester="99XC",
        routing_key=sys.argv[1],
        keys="keys",
        accept=accept,
    )
"""
"""A program of a vendor whose `accept` goes on once there is a file `go`."""

LIMITED: Final = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Runs a command that can write files of so many bytes, as if the disk were full."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with fetch_stage(tmp_path) as stage:
        yield stage


def program(stage: Stage) -> list[str]:
    return [sys.executable, "-c", PROGRAM, stage.routing_key]


async def test_a_program_that_is_killed_in_accept_gets_the_dossier_again(stage: Stage) -> None:
    with spawn(program(stage), environ=stage.environ(), cwd=stage.folder) as vendor:
        await asyncio.to_thread(vendor.line_with, "accepting")
        vendor.signal(signal.SIGKILL)
        await asyncio.to_thread(vendor.ended)
    await stage.source.stop()

    code, told = await stage.wissel("fetch", "--resume", "--json")

    (message,) = json.loads(told)
    assert (code, message["result"]) == (0, "DELIVERED")
    assert (stage.folder / message["path"]).read_bytes() == envelopes.PAYLOAD
    assert len(stage.source.orders) == 1


async def test_a_program_whose_hub_is_gone_signs_off_when_it_is_back(stage: Stage) -> None:
    with spawn(program(stage), environ=stage.environ(), cwd=stage.folder) as vendor:
        await asyncio.to_thread(vendor.line_with, "accepting")
        stage.hub.process.signal(signal.SIGKILL)
        await asyncio.to_thread(stage.hub.process.ended)
        (stage.folder / "go").touch()
        code = await asyncio.to_thread(vendor.ended)
    with serving(stage.hub.place) as again:
        environ = stage.environ() | calling_as(again.world, ZUID.name, again.address)
        line = [command("wissel"), "fetch", "--resume", "--json"]
        resumed, told = await asyncio.to_thread(run, line, environ=environ, cwd=stage.folder)

    (message,) = json.loads(told)
    assert (code, "Unreachable" in vendor.output) == (1, True)
    assert (resumed, message["result"], message["path"]) == (0, "DELIVERED", "")
    assert (stage.folder / "kept.xml").read_bytes() == envelopes.PAYLOAD


@pytest.mark.parametrize(
    ("room", "told"), [(4096, "fetched.db"), (256 * 1024, "is the disk full?")]
)
async def test_without_room_nothing_is_taken_and_later_it_is(
    stage: Stage, room: int, told: str
) -> None:
    payload = bytes(1024 * 1024)
    stage.source.provide = providing(payload)
    line = [sys.executable, "-c", LIMITED, str(room), command("wissel"), *stage.line()]

    code, said = await asyncio.to_thread(run, line, environ=stage.environ(), cwd=stage.folder)
    later, fetched = await stage.fetch("--json")

    assert (code, told in said, "Traceback" in said) == (2, True, False)
    assert later == 0
    assert (stage.folder / json.loads(fetched)["path"]).read_bytes() == payload
    assert list((stage.folder / "fetched" / ZUID.oin / "incoming").iterdir()) == []
