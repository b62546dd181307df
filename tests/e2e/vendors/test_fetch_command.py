"""`wissel fetch` as a process: it keeps the dossier as a file, and tells no number."""

import asyncio
import datetime as dt
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import providing, refusing, waiting
from support.prepared.fetch_stage import NUMBER, Stage, fetch_stage
from support.prepared.world import OTHER_PUPIL, of_pupil
from support.processes.processes import run, spawn
from support.worlds.underway import DOSSIER
from wissel.clients.processes import command
from wissel.clients.testing.cast import NOORD, ZUID


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with fetch_stage(tmp_path) as stage:
        yield stage


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


async def test_the_dossier_of_another_pupil_is_not_kept(stage: Stage) -> None:
    stage.source.provide = providing(of_pupil(OTHER_PUPIL))

    code, said = await stage.fetch()

    assert (code, "OTHER_PUPIL" in said) == (1, True), said
    assert not any(each.is_file() for each in (stage.folder / "received").rglob("*"))
    assert list((stage.folder / "fetched" / ZUID.oin / "incoming").iterdir()) == []
    for number in (NUMBER, OTHER_PUPIL.digits):
        assert number not in said


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
        (("--number-file", "number", "--kind", "swv-dossier"), "--link-key-file"),
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
