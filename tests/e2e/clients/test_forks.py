"""A hub or LAS of before a fork says at once what to do; one that is made after it works."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from support.processes.processes import run
from support.worlds.sending_world import DOSSIER, World
from wissel.clients.testing.cast import HUB

_BEGIN: Final = """
import asyncio, multiprocessing, os, sys
from pathlib import Path
from wissel.clients import *
from wissel.clients import background

server, dossier, outbox, listen, oin, *files = sys.argv[1:]
me = Identity.load(*files)


class Taking(Las):
    def accept(self, message):
        pass


def opened():
    return Hub(server, me, outbox=outbox)


def send(hub):
    return hub.send(dossier, sender="99XA", receiver="99XB02", service="OSO_OV")


def told(call):
    try:
        call()
    except UsedAfterFork as error:
        print(error, flush=True)
    else:
        print("done", flush=True)


def forked(work):
    child = os.fork()
    if not child:
        work()
        sys.exit()
    assert os.waitpid(child, 0)[1] == 0


def multiprocessed(work):
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    assert child.exitcode == 0
"""
WORKS: Final = {
    "a hub that was made, not used": "hub = opened(); {fork}(lambda: told(lambda: send(hub)))",
    "a hub that was closed": (
        "hub = opened(); send(hub); hub.close(); {fork}(lambda: told(lambda: send(hub)))"
    ),
    "a hub of the child": (
        "with opened() as hub: send(hub)\n{fork}(lambda: told(lambda: send(opened())))"
    ),
    "the parent itself": "hub = opened(); send(hub); {fork}(lambda: None); told(lambda: send(hub))",
}
REFUSED: Final = {
    "a hub that was used": "hub = opened(); send(hub); {fork}(lambda: told(lambda: send(hub)))",
    "its other calls": "hub = opened(); hub.whoami(); {fork}(lambda: told(hub.whoami))",
    "its outbox": "hub = opened(); hub.whoami(); {fork}(lambda: told(hub.resume))",
    "another hub": "hub = opened(); hub.whoami(); {fork}(lambda: told(lambda: send(opened())))",
    "a child of a child": (
        "hub = opened(); hub.whoami(); {fork}(lambda: {fork}(lambda: told(opened().whoami)))"
    ),
    "an asynchronous hub": (
        "hub = AsyncHub(server, me, outbox=outbox); asyncio.run(hub.whoami())\n"
        "{fork}(lambda: told(lambda: asyncio.run(hub.whoami())))"
    ),
    "a LAS": """
las = LasServer(Taking(), me, LasSettings(
    listen=listen, hub_oin=oin, storage=Path(outbox) / "inbox"))
background.run(las.start())
{fork}(lambda: told(lambda: background.run(las.start())))
background.run(las.stop())
""",
    "a LAS of the child": """
hub = opened(); hub.whoami()
{fork}(lambda: told(lambda: serve(
    Taking(), me, listen=listen, hub_oin=oin, storage=Path(outbox) / "inbox")))
""",
}
FORKS: Final = ["forked", "multiprocessed"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    async with made.server:
        yield made


async def lines_of(program: str, world: World) -> list[str]:
    """Run a program as a process of its own; return what it printed."""
    files = world.noord.certificate, world.noord.key, world.noord.roots
    arguments = [world.server.address, DOSSIER, world.folder / "outbox", "localhost:0", HUB.oin]
    line = [sys.executable, "-c", _BEGIN + program, *map(str, (*arguments, *files))]
    code, output = await asyncio.to_thread(run, line, cwd=world.folder)
    assert code == 0, output
    return output.splitlines()


@pytest.mark.parametrize("fork", FORKS)
@pytest.mark.parametrize("case", REFUSED)
async def test_what_a_fork_has_broken_says_so_at_once(world: World, case: str, fork: str) -> None:
    printed = await lines_of(REFUSED[case].replace("{fork}", fork), world)

    assert [line for line in printed if "Fix: make it in the child, after the fork" in line]
    assert world.in_outbox("pending") == []


@pytest.mark.parametrize("fork", FORKS)
@pytest.mark.parametrize("case", WORKS)
async def test_what_is_opened_after_a_fork_works(world: World, case: str, fork: str) -> None:
    printed = await lines_of(WORKS[case].replace("{fork}", fork), world)

    assert printed[-1] == "done"
