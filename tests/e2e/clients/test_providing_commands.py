"""`wissel prepare` and `wissel las serve --provide`: what one command keeps another one gives."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest

from support.dossiers.editing import dossier
from support.fakes.collector import Collector
from support.prepared.world import PUPIL, own_number
from support.processes.processes import Running, calling_as, run, spawn
from wissel.clients.processes import command
from wissel.clients.statements.system_keys import KeyFolder, OwnKey
from wissel.clients.testing import TestingHub, Vendor, running_hub
from wissel.routing.exchange.fetching.search_keys import (
    PupilNumber,
)

UNDER_WAY = own_number(7)


class Stage:
    """A hub, the commands of a school's vendor, and a requester."""

    def __init__(self, hub: TestingHub, folder: Path, collector: Collector) -> None:
        self.hub = hub
        self.collector = collector
        self.folder = folder
        self.school = hub.vendor("onelas", oin="00000003990000770000")
        self.requester = hub.vendor("otherlas", oin="00000003990000780000")
        self.key = hub.connect(self.requester, "99XB", url="https://localhost:9")
        self.said = ""

    def environ(self, vendor: Vendor) -> dict[str, str]:
        return {
            **calling_as(self.hub, vendor.name),
            **self.collector.environ,
            "WISSEL_HUB_OIN": self.hub.hub_oin,
            "WISSEL_PREPARED": str(self.folder / "prepared"),
            "XDG_STATE_HOME": str(self.folder / vendor.name),
        }

    def wissel(self, *arguments: str, vendor: Vendor | None = None) -> tuple[int, str]:
        environ = self.environ(vendor or self.school)
        code, said = run([command("wissel"), *arguments], environ=environ, cwd=self.folder)
        self.said += said
        return code, said

    def own_key(self, vendor: Vendor) -> OwnKey:
        """Return a key that the commands have made and registered."""
        code, _ = self.wissel("system", "key", "create", vendor.system_id, vendor=vendor)
        (file,) = (self.folder / vendor.name / "wissel" / "keys" / vendor.oin).iterdir()
        code += self.wissel("system", "key", "register", file.stem, vendor=vendor)[0]
        assert code == 0
        return KeyFolder(file.parent).get(UUID(file.stem))

    def fetch(self, number: PupilNumber) -> tuple[int, bytes, str]:
        """Fetch the dossier of a pupil; return exit code, what came, and what was said."""
        (self.folder / "number").write_text(number.digits)
        kept = self.folder / f"received-{len(self.said)}"
        arguments = ("--requester", "99XB", "--routing-key", self.key, "--keep", str(kept))
        code, said = self.wissel(
            *("fetch", "--source", "99XA", *arguments, "--number-file", "number"),
            vendor=self.requester,
        )
        files = [each for each in kept.rglob("*") if each.is_file()]
        return code, b"".join(each.read_bytes() for each in files), said


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_hub() as hub, Collector() as collector:
        yield Stage(hub, tmp_path_factory.mktemp("stage"), collector)


def serving(stage: Stage, stack: ExitStack) -> Running:
    arguments = [command("wissel"), "las", "serve", "--provide", "--listen", "localhost:0"]
    spawned = spawn(arguments, environ=stage.environ(stage.school), cwd=stage.folder)
    las = stack.enter_context(spawned)
    address = las.line_with("serving on ").split()[-1]
    stage.hub.connect(stage.school, "99XA", url=f"https://{address}")
    return las


def test_what_is_prepared_by_one_command_is_given_by_another(stage: Stage) -> None:
    stage.own_key(stage.school)
    stage.own_key(stage.requester)
    file, further = stage.folder / "dossier.xml", stage.folder / "numbers.txt"
    file.write_bytes(dossier("POVO"))
    further.write_text(f"{UNDER_WAY.digits}\n")
    with ExitStack() as stack:
        las = serving(stage, stack)
        early = stage.fetch(PUPIL)
        prepare = ("prepare", "dossier.xml", "--receiver", "99XB", "--hold", "--json")
        code, said = stage.wissel(*prepare, "--numbers", "numbers.txt")
        kept, _ = json.JSONDecoder().raw_decode(said)  # notes follow, on the other stream
        held = stage.fetch(PUPIL)
        released = stage.wissel("prepared", "release", kept["id"])
        listed = json.loads(stage.wissel("requests", "--json")[1])
        _, few = stage.wissel("requests", "--newest", "1")
        given = [stage.fetch(number) for number in (PUPIL, UNDER_WAY)]
        _, shown = stage.wissel("prepared", "list")
        withdrawn = stage.wissel("prepared", "withdraw", kept["id"])
        gone = stage.fetch(PUPIL)
        las.signal(signal.SIGTERM)
        ended = las.ended()

    assert (code, released[0], withdrawn[0], ended) == (0, 0, 0, 0)
    for (failed, _, told), reason in zip(
        (early, held, gone),
        ("DOSSIER_NOT_FOUND", "DOSSIER_NOT_READY", "DOSSIER_NOT_FOUND"),
        strict=True,
    ):
        assert (failed, reason in told) == (1, True), told
    assert [(succeeded, came) for succeeded, came, _ in given] == [(0, dossier("POVO"))] * 2
    assert "2 that asked for it" in released[1]
    assert {each["state"] for each in listed} == {"TOLD"}
    assert f"the newest of {len(listed)}" in few
    assert kept["id"] in shown
    assert kept["receivers"] == ["99XB"]
    assert "Traceback" not in las.output + stage.said
    assert stage.collector.bytes
    for marker in (PUPIL.digits, UNDER_WAY.digits, "Spoorbiels"):
        assert marker not in las.output + stage.said
        assert marker.encode() not in stage.collector.bytes


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("prepare", "dossier.xml"), 2, "--receiver"),
        (("prepare", "none.xml", "--receiver", "99XB"), 2, "none.xml"),
        (("prepare", "dossier.xml", "--receiver", "PO9901"), 1, "RELATION_INVALID"),
        (("prepare", "dossier.xml", "--receiver", "99XB", "--until", "2020-01-01"), 2, "kept"),
        (("prepare", "dossier.xml", "--receiver", "99XB", "--stage", "plaatsing"), 2, "plaatsing"),
        (
            ("prepare", "dossier.xml", "--receiver", "99XB", "--numbers", "dossier.xml"),
            2,
            "dossier.xml: number 1: ",
        ),
        (("prepare", "unfit.xml", "--receiver", "99XB"), 1, "OVa.LL13"),
        (("prepared", "withdraw", "5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f"), 2, "prepared list"),
        (("las", "serve", "--provide", "--server", ""), 2, "--server"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else str(each),
)
def test_a_mistake_is_told(stage: Stage, arguments: tuple[str, ...], code: int, told: str) -> None:
    (stage.folder / "dossier.xml").write_bytes(dossier("POVO"))
    (stage.folder / "unfit.xml").write_bytes(dossier("POVO", "-leerling/leerlingid"))

    found, said = stage.wissel(*arguments)

    assert (found, told in said) == (code, True), said
    assert "Traceback" not in said
    assert PUPIL.digits not in said


def test_whose_place_a_dossier_took_is_told(stage: Stage) -> None:
    (stage.folder / "dossier.xml").write_bytes(dossier("POVO", "leerling/bsn=999990020"))
    prepare = ("prepare", "dossier.xml", "--receiver", "99XB")
    ids: list[str] = []
    for _ in range(2):
        code, said = stage.wissel(*prepare, "--json")
        assert code == 0, said
        kept, _ = json.JSONDecoder().raw_decode(said)
        assert kept["replaced"] == ids[-1:]
        ids.append(kept["id"])

    code, said = stage.wissel(*prepare)

    assert (code, f"It took the place of {ids[-1]}." in said) == (0, True), said
