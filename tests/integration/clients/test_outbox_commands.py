"""`wissel outbox` shows what has no receipt, and ends it; without the hub."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.worlds.sending_world import DOSSIER, World, send
from wissel.clients import Refused
from wissel.clients.cli.app import run
from wissel.clients.sending.outbox import Outbox
from wissel.clients.testing.cast import NOORD
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    made = World(tmp_path)
    for name, path in (
        ("OUTBOX", tmp_path / "outbox"),
        ("CERTIFICATE", made.noord.certificate),
        ("KEY", made.noord.key),
        ("TRUST_ROOTS", made.noord.roots),
    ):
        monkeypatch.setenv(f"WISSEL_{name}", str(path))
    async with made.server:
        yield made


async def left_open(world: World) -> str:
    world.script.answers = [RuleRefused(Reason.DELIVERY_UNCERTAIN)]
    with pytest.raises(Refused):
        await send(world.hub(outbox=world.folder / "outbox" / NOORD.oin))
    [entry] = Outbox(world.folder / "outbox" / NOORD.oin).pending()
    return str(entry.message_id)


async def test_what_has_no_receipt_is_listed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    message = await left_open(world)

    assert run(["outbox", "list", "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert run(["outbox", "list"]) == 0
    table = capsys.readouterr().out

    assert found.pop("expires")
    assert found == {
        "message_id": message,
        "sender": "99XA",
        "receiver": "99XB02",
        "service": "OSO_OV",
        "size": DOSSIER.stat().st_size,
        "path": str(DOSSIER),
        "problem": "",
    }
    assert message in table


async def test_an_entry_is_ended(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    message = await left_open(world)

    assert run(["outbox", "drop", message]) == 0
    said = capsys.readouterr().err
    assert run(["outbox", "list", "--json"]) == 0
    left = json.loads(capsys.readouterr().out)
    again = run(["outbox", "drop", message])

    assert f"wissel deliveries show {message}" in said
    assert left == []
    assert again == 2
    assert "no entry" in capsys.readouterr().err


async def test_a_damaged_entry_is_listed_and_ended(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await left_open(world)
    damage(world)

    assert run(["outbox", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert run(["outbox", "drop", "broken", "--json"]) == 0

    [damaged] = [each for each in found if each["message_id"] == "broken"]
    assert damaged["problem"].startswith("damaged: ")
    assert len(Outbox(world.folder / "outbox" / NOORD.oin).pending()) == 1


def damage(world: World) -> None:
    (world.folder / "outbox" / NOORD.oin / "pending" / "broken.json").write_bytes(b"{")
