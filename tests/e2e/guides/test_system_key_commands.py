"""`wissel system key`: made, given to the hub, and verified by the other side."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes.processes import calling_as, run
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, Vendor, running_hub


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    with running_hub() as running:
        yield running


@pytest.fixture(scope="module")
def vendors(hub: TestingHub) -> tuple[Vendor, Vendor]:
    one = hub.vendor("onelas", oin="00000003990000770000")
    other = hub.vendor("otherlas", oin="00000003990000780000")
    hub.connect(one, "99XA", url="https://localhost:9")
    hub.connect(other, "99XB", url="https://localhost:9")
    return one, other


def wissel(hub: TestingHub, name: str, folder: Path, *arguments: str) -> tuple[int, str]:
    environ = {
        **calling_as(hub, name),
        "WISSEL_HUB_OIN": hub.hub_oin,
    }
    return run([command("wissel"), "system", "key", *arguments], environ=environ, cwd=folder)


def test_a_key_is_made_registered_and_verified(
    hub: TestingHub, vendors: tuple[Vendor, Vendor], tmp_path: Path
) -> None:
    one, other = vendors
    code, made = wissel(hub, one.name, tmp_path, "create", one.system_id, "--keys", "keys")
    (file,) = (tmp_path / "keys").iterdir()
    early = wissel(hub, other.name, tmp_path, "list", one.system_id, "--json")
    given, _ = wissel(hub, one.name, tmp_path, "register", file.stem, "--keys", "keys")
    _, mine = wissel(hub, one.name, tmp_path, "list", "--keys", "keys", "--json")
    seen = wissel(hub, other.name, tmp_path, "list", one.system_id, "--owner", one.oin, "--json")
    doubted = wissel(hub, other.name, tmp_path, "list", one.system_id, "--owner", other.oin)

    assert (code, given, early) == (0, 0, (0, "[]\n"))
    assert str(Path("keys") / file.name) in made
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    (told,) = json.loads(mine)
    assert (told["key_id"], told["signer_oin"]) == (file.stem, one.oin)
    assert seen == (0, mine)
    assert doubted[0] == 1
    assert "SYSTEM_KEY_INVALID" in doubted[1]


def test_a_key_of_another_system_is_not_taken(
    hub: TestingHub, vendors: tuple[Vendor, Vendor], tmp_path: Path
) -> None:
    one, other = vendors
    wissel(hub, other.name, tmp_path, "create", one.system_id, "--keys", "keys")
    (file,) = (tmp_path / "keys").iterdir()

    refused = wissel(hub, other.name, tmp_path, "register", file.stem, "--keys", "keys")

    assert refused[0] == 1
    assert "SYSTEM_NOT_FOUND" in refused[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "las-noord", "--days", "401"), "--days"),
        (("create", "las-noord", "--start", "9999-12-31"), "no such moment"),
        (("register", "5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f", "--keys", "none"), "no such key"),
        (("register", "las-noord"), "key_id"),
    ],
)
def test_a_mistake_is_told_before_the_hub_is_asked(
    hub: TestingHub, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, said = wissel(hub, "operator", tmp_path, *arguments)

    assert code == 2
    assert told in said
    assert "Traceback" not in said
