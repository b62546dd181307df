"""One's own keys on disk, and which of another's keys is used."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.builders.pki import Pki
from wissel.clients import Identity, Refused, StorageError
from wissel.clients.identity import Material
from wissel.clients.statements.system_keys import KeyFolder, OwnKey, create_key, newest_key
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.exchange.fetching.system_keys import KeyStatement
from wissel.routing.values.identifiers import SystemId

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
SYSTEM = SystemId("las-noord")


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path / "pki")


@pytest.fixture
def noord(pki: Pki) -> Material:
    return material(pki, "noord", oin=NOORD.oin)


def material(pki: Pki, name: str, **said: Any) -> Material:
    issued = pki.issue(name, **said)
    return Identity.load(issued.certificate, issued.key, issued.roots).current()


def made(signer: Material, **changed: Any) -> OwnKey:
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "system_id": SYSTEM,
        "start": NOW,
        "end": NOW + 30 * DAY,
    }
    return create_key(signer, **(fields | changed))


def test_a_key_comes_back_as_it_was_kept(noord: Material, tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "deep" / "keys")
    later, key = made(noord, end=NOW + 60 * DAY), made(noord)

    path = folder.keep(later)
    folder.keep(key)

    again = folder.get(key.said.key_id)
    assert (again.said, again.signed) == (key.said, key.signed)
    assert again.private.private_bytes_raw() == key.private.private_bytes_raw()
    assert [each.said for each in folder.listed()] == [key.said, later.said]
    assert path.stat().st_mode & 0o777 == 0o600
    assert key.private.private_bytes_raw().hex() not in repr(key)


def test_a_folder_that_is_not_there_has_no_keys(tmp_path: Path) -> None:
    assert KeyFolder(tmp_path / "none").listed() == []
    with pytest.raises(StorageError, match="no such key"):
        KeyFolder(tmp_path / "none").get(UUID(int=1))


def test_keys_go_once_no_session_can_use_them(noord: Material, tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    now = NOW + 40 * DAY
    in_use, needed, over = made(noord, end=NOW + 60 * DAY), made(noord), made(noord)
    just_over = made(noord, end=now - DAY)
    for key in (in_use, needed, over, just_over):
        folder.keep(key)
    strange = tmp_path / "keys" / "notes.json"
    strange.write_bytes(b"{}")
    strange.chmod(0o600)

    deleted = folder.delete_ended(now, {needed.said.key_id})

    left = {each.stem for each in (tmp_path / "keys").iterdir()}
    kept = (in_use, needed, just_over)
    assert (deleted, left) == (1, {"notes", *(str(each.said.key_id) for each in kept)})
    assert KeyFolder(tmp_path / "none").delete_ended(now, set()) == 0


def test_a_key_that_others_may_read_is_not_used(noord: Material, tmp_path: Path) -> None:
    key = made(noord)
    KeyFolder(tmp_path).keep(key).chmod(0o640)

    with pytest.raises(StorageError, match="chmod 600"):
        KeyFolder(tmp_path).get(key.said.key_id)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda _: b"[" * 100_000,
        lambda kept: json.dumps(kept | {"private_key": "AAAA"}).encode(),
        lambda kept: json.dumps(kept | {"private_key": 1}).encode(),
        lambda kept: json.dumps(kept | {"private_key": "A" * 43 + "="}).encode(),
        lambda kept: json.dumps(kept | {"signed": "AAAA"}).encode(),
        lambda kept: json.dumps(kept | {"signed": ""}).encode(),
    ],
)
def test_a_damaged_key_is_named(
    noord: Material, tmp_path: Path, damage: Callable[[dict[str, str]], bytes]
) -> None:
    path = KeyFolder(tmp_path / "keys").keep(made(noord))
    path.write_bytes(damage(json.loads(path.read_bytes())))

    with pytest.raises(StorageError, match=f"{path.name}: this is no key") as caught:
        KeyFolder(tmp_path / "keys").listed()

    assert "private_key" not in str(caught.value)


@pytest.mark.parametrize("length", [-DAY, DAY / 2, 401 * DAY])
def test_a_key_is_not_made_for_a_period_that_nobody_takes(
    noord: Material, length: dt.timedelta
) -> None:
    with pytest.raises(Refused, match="SYSTEM_KEY_INVALID"):
        made(noord, end=NOW + length)


def test_the_newest_key_that_holds_is_used_and_what_the_hub_adds_is_not(
    pki: Pki, noord: Material
) -> None:
    hub, zuid = material(pki, "hub", oin=HUB.oin), material(pki, "zuid", oin=ZUID.oin)
    late = {"end": NOW + 90 * DAY}
    new, old = made(noord, end=NOW + 60 * DAY), made(noord)
    others = (
        made(hub, **late),
        made(zuid, **late),
        made(noord, system_id=SystemId("las-other"), **late),
        made(noord, hub_oin=ZUID.oin, **late),
        made(noord, start=NOW + DAY, **late),
        made(noord, start=NOW - 20 * DAY, end=NOW),
    )

    def used(*keys: OwnKey) -> KeyStatement | None:
        signed = [each.signed for each in keys]
        return newest_key(signed, SYSTEM, noord.paths, NOORD.oin, HUB.oin, NOW)

    assert used(old, *others, new) == new.said
    assert used(*others) is None
    assert used() is None
