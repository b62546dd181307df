"""`wissel fetch` as a process: it keeps the dossier as a file, and tells no number."""

import asyncio
import datetime as dt
import json
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import FakeSource, providing, refusing, waiting
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import calling_as, run, spawn
from support.worlds.underway import DOSSIER, files_of
from wissel.clients.processes import command
from wissel.clients.statements.system_keys import KeyFolder, create_key
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.values.identifiers import Oin, SystemId

NUMBER = "999990019"


@dataclass(kw_only=True)
class Stage:
    """A hub that is a process, a scripted source, and what the command is called with."""

    hub: HubProcess
    source: FakeSource
    folder: Path
    routing_key: str

    def environ(self, name: str = ZUID.name) -> dict[str, str]:
        """Return the settings of the command, by default as Zuid."""
        return {
            **calling_as(self.hub.world, name, self.hub.address),
            "WISSEL_HUB_OIN": self.hub.world.hub_oin,
            "WISSEL_FETCHED": str(self.folder / "fetched"),
        }

    async def wissel(self, *arguments: str, name: str = ZUID.name) -> tuple[int, str]:
        """Run the command, by default as Zuid."""
        line, environ = [command("wissel"), *arguments], self.environ(name)
        return await asyncio.to_thread(run, line, environ=environ, cwd=self.folder)

    async def done(self, *arguments: str, name: str = OPERATOR.name) -> Any:
        """Run the command, by default as the operator; return what it tells as JSON."""
        why = ["--reason", "a test"] if name == OPERATOR.name else []
        code, told = await self.wissel(*arguments, *why, "--json", name=name)
        assert code == 0, told
        return json.loads(told)

    def line(self) -> list[str]:
        """Return the arguments that fetch the dossier of the pupil whose number is in a file."""
        asked = ["--source", "99XA", "--requester", "99XC", "--routing-key", self.routing_key]
        return ["fetch", *asked, "--keys", "keys", "--number-file", "number"]

    async def fetch(self, *more: str) -> tuple[int, str]:
        """Fetch it."""
        return await self.wissel(*self.line(), *more)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    with serving(Place.make(tmp_path)) as hub:
        noord = hub.world.vendor(NOORD.name, oin=NOORD.oin)
        zuid = hub.world.vendor(ZUID.name, oin=ZUID.oin)
        source = await FakeSource.start(files_of(hub, noord))
        hub.world.connect(noord, "99XA", url=source.url)
        routing_key = hub.world.connect(zuid, "99XC", url="https://localhost:9")
        register(hub, noord, tmp_path / "keys-of-noord")
        register(hub, zuid, tmp_path / "keys")
        await asyncio.to_thread(hub.settled)
        (tmp_path / "number").write_text(f"{NUMBER}\n")
        yield Stage(hub=hub, source=source, folder=tmp_path, routing_key=routing_key)
        await source.stop()


def register(hub: HubProcess, vendor: Vendor, folder: Path) -> None:
    """Give a vendor's system a key."""
    now = dt.datetime.now(dt.UTC)
    key = create_key(
        vendor.identity.current(),
        Oin(hub.world.hub_oin),
        SystemId(vendor.system_id),
        now,
        now + dt.timedelta(days=30),
    )
    KeyFolder(folder).keep(key)
    request = party.RegisterSystemKeyRequest(key=key.signed)
    hub.world.open(vendor).call(lambda c: PartyServiceStub(c).RegisterSystemKey, request)


async def test_a_dossier_is_fetched_and_kept(stage: Stage) -> None:
    code, said = await stage.fetch("--json")

    told = json.loads(said)
    kept = stage.folder / told["path"]
    assert (code, told["result"]) == (0, "TRANSFERRED")
    assert kept.read_bytes() == envelopes.PAYLOAD
    assert (kept.stat().st_mode & 0o777, kept.parent.name) == (0o600, stage.routing_key)
    assert told["hub_receipt"]
    assert NUMBER not in said
    assert list((stage.folder / "fetched" / ZUID.oin / "incoming").iterdir()) == []
    assert await stage.wissel("fetch", "--resume") == (
        0,
        "Nothing that was fetched is unfinished.\n",
    )


async def test_without_a_dossier_it_says_why(stage: Stage) -> None:
    stage.source.provide = refusing("DOSSIER_NOT_READY")

    code, said = await stage.fetch()
    as_json, told = await stage.fetch("--json")

    assert (code, as_json) == (1, 1)
    assert "NOT_READY" in said
    assert "DOSSIER_NOT_READY" in said
    assert json.loads(told)["points"][0]["reason"] == "DOSSIER_NOT_READY"


async def test_a_dossier_is_checked_and_its_sender_is_told(stage: Stage) -> None:
    stage.source.provide = providing(DOSSIER.read_bytes(), chunk=DOSSIER.stat().st_size)
    fit, said = await stage.fetch("--check", "--json")
    stage.source.provide = providing(b"<dossier/>")
    unfit, complained = await stage.fetch("--check", "--json")
    _, listed = await stage.wissel("deliveries", "list", "--json")

    assert (fit, json.loads(said)["outcome"]) == (0, "PENDING_PERSON")
    assert (unfit, json.loads(complained)["outcome"]) == (1, "REJECTED")
    outcomes = {each["message_id"]: each["outcome"] for each in json.loads(listed)}
    assert outcomes[json.loads(said)["message_id"]] == "PENDING_PERSON"
    assert outcomes[json.loads(complained)["message_id"]] == "REJECTED"


async def test_a_folder_without_room_is_made_good_later(stage: Stage) -> None:
    (stage.folder / "full").write_text("a file, no folder")

    code, said = await stage.fetch("--keep", "full")
    again, told = await stage.wissel("fetch", "--resume", "--json")

    (message,) = json.loads(told)
    assert (code, again, message["result"]) == (2, 0, "DELIVERED")
    assert "wissel fetch --resume" in said
    assert (stage.folder / message["path"]).read_bytes() == envelopes.PAYLOAD


async def test_an_interrupt_leaves_nothing_behind(stage: Stage) -> None:
    stage.source.provide = waiting(asyncio.Event(), before=2)
    with spawn([command("wissel"), *stage.line()], environ=stage.environ(), cwd=stage.folder) as it:
        await eventually_async(lambda: stage.source.orders, "the source was asked")
        it.signal(signal.SIGINT)
        code = await asyncio.to_thread(it.ended)

    assert (code, "Traceback" in it.output) == (130, False)
    assert list((stage.folder / "fetched" / ZUID.oin / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--number-file", "wrong"), "nine digits"),
        (("--number-file", "none"), "No such file"),
        (("--number-file", "number", "--link-key-file", "number"), "not both"),
        (("--link-key-file", "number"), "no link key"),
        (("--link-key-file", "told.json"), "fetched by --number-file"),
        (("--number-file", "number", "--since", "soon"), "--since"),
        ((), "--number-file"),
    ],
)
async def test_a_mistake_is_told_without_the_number(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "number").write_text(NUMBER)
    (tmp_path / "wrong").write_text("999990018")
    (tmp_path / "told.json").write_text('{"session_id": "of an overstapdossier", "link_key": ""}')
    asked = ("--source", "99XA", "--requester", "99XC", "--routing-key", "0000000700099XC00931")
    line = [command("wissel"), "fetch", *asked, *arguments]

    code, said = await asyncio.to_thread(run, line, cwd=tmp_path)

    assert code == 2
    assert told in " ".join(said.replace("│", " ").split())
    assert "99999001" not in said
    assert "Traceback" not in said


async def test_after_a_switch_the_old_system_provides_until_its_day(stage: Stage) -> None:
    """The new system is not connected yet; what was prepared before the switch is fetched."""
    days = [dt.datetime.now(dt.UTC).date() + dt.timedelta(days=n) for n in (-2, 2)]
    before, until = map(str, days)
    (given,) = await stage.done("mandate", "list", "99XA")
    old, zuid = given["system_id"], f"las-{ZUID.name}"
    await stage.done("mandate", "end", given["mandate_id"], "--immediately")
    again = await stage.done("mandate", "create", "99XA", "OSO_OV", old, "--start", before)
    key = ["--routing-key", "0000000700099XA00931", "--url", stage.source.url]
    await stage.done("endpoint", "register", again["mandate_id"], *key, name=NOORD.name)

    await stage.done("mandate", "switch", "99XA", old, zuid, "OSO_OV", "--provides-until", until)
    code, told = await stage.fetch("--json")
    nowhere, refused = await stage.wissel("route", "resolve", "99XC", "99XA", "OSO_OV")

    assert (code, json.loads(told)["result"]) == (0, "TRANSFERRED"), told
    assert nowhere == 1
    assert refused.startswith("ENDPOINT_MISSING\n")  # Zuid is mandated, and has none yet
