"""A vendor that is not qualified exchanges with the test school, all by installed commands."""

import datetime as dt
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from support.eventually import eventually
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import Running, free_port, spawn
from wissel.clients.processes import command
from wissel.clients.testing import example_dossier
from wissel.clients.testing.admission import admission
from wissel.clients.testing.cast import HUB, NOORD, TEST_LAS, ZUID, Player
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.server.identity import pki

OIN: Final = TEST_LAS.oin
REFUSED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A hub, and the LAS of the test school, which keeps what it remembers in `storage`."""

    hub: HubProcess
    test_las: Running
    storage: Path

    def environ(self, name: str) -> dict[str, str]:
        """Return the variables with which a command calls as somebody."""
        folder = self.hub.place.folder
        return {
            **os.environ,
            "WISSEL_SERVER": self.hub.address,
            "WISSEL_CERTIFICATE": str(folder / "pki" / f"{name}.pem"),
            "WISSEL_KEY": str(folder / "pki" / f"{name}.key"),
            "WISSEL_TRUST_ROOTS": str(folder / "pki" / "root.pem"),
            "WISSEL_HUB_OIN": HUB.oin,
            "WISSEL_OUTBOX": str(folder / "outbox"),
        }

    def run(self, name: str, *arguments: str, code: int = 0) -> str:
        """Run `wissel` as somebody; return what it says on both streams."""
        done = subprocess.run(
            [command("wissel"), *arguments],
            env=self.environ(name),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if not code else done.stdout + done.stderr

    def admit(self, player: Player, *schools: str) -> None:
        """Register a vendor that has signed, and is not qualified; schools give it mandates."""
        world = self.hub.world
        world.identity(player.name, player.oin)
        world.desk.hub.call(
            lambda c: PartyServiceStub(c).RegisterParty,
            party.RegisterPartyRequest(
                oin=player.oin, name=player.title, role="VENDOR", reason="testing"
            ),
        )
        steps = admission(
            oin=player.oin,
            name=player.name,
            system_id=player.system_id,
            service="OSO_OV",
            reason="testing",
        )
        for method, request in steps:
            if not isinstance(request, party.QualifySystemRequest | party.SetRolloutRequest):
                world.desk.hub.call(method, request)
        for school in schools:
            world.desk.school(school)
            world.desk.mandate(school, "OSO_OV", player.system_id)

    def connect(self, player: Player, school: str) -> int:
        """Register where a vendor's LAS will receive for a school; return the port."""
        port = free_port()
        (mandate,) = json.loads(self.run(player.name, "mandate", "list", school, "--json"))
        request = endpoint.RegisterEndpointRequest(
            mandate_id=mandate["mandate_id"],
            routing_key=f"00000007000{school}00001",
            url=f"https://localhost:{port}",
            reason="testing",
        )
        desk = self.hub.world.desk.hub
        desk.call(lambda c: EndpointServiceStub(c).RegisterEndpoint, request)
        return port

    @contextmanager
    def las(self, player: Player, port: int) -> Iterator[Path]:
        """Serve a vendor's LAS on a port; yields the folder where it keeps what it receives."""
        kept = self.hub.place.folder / f"{player.name}-{port}"
        arguments = ["wissel", "las", "serve", "--listen", f"localhost:{port}"]
        arguments += ["--storage", str(kept / "inbox"), "--keep", str(kept / "received")]
        environ, folder = self.environ(player.name), self.hub.place.folder
        with spawn(arguments, environ=environ, cwd=folder) as running:
            running.line_with("serving on ")
            yield kept / "received"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("exchange")
    place, port = Place.make(folder), free_port()
    pki.issue(folder / "pki", "test-las", oin=OIN, now=dt.datetime.now(dt.UTC))
    settings = {
        "WISSEL_TEST_LAS_OIN": OIN,
        "WISSEL_TEST_LAS_URL": f"https://localhost:{port}",
    }
    with ExitStack() as stack:
        hub = stack.enter_context(serving(place, **settings))
        storage = folder / "test-las"
        made = Stage(hub=hub, test_las=None, storage=storage)  # type: ignore[arg-type]
        arguments = ["wissel", "las", "test-school", "--listen", f"localhost:{port}"]
        arguments += ["--storage", str(storage)]
        running = stack.enter_context(
            spawn(arguments, environ=made.environ("test-las"), cwd=folder)
        )
        running.line_with("serving on ")
        yield Stage(hub=hub, test_las=running, storage=storage)


def test_it_exchanges_both_ways_and_what_is_cited_qualifies_it(stage: Stage) -> None:
    stage.admit(NOORD, "99XA")
    receipts = stage.hub.place.folder / "receipts"
    with stage.las(NOORD, stage.connect(NOORD, "99XA")) as received:
        done = json.loads(
            stage.run(
                "noord", "test-exchange", "--school", "99XA", "--receipts", str(receipts), "--json"
            )
        )
        came = [each.stem for each in received.rglob("*.xml")]

    assert done["message_ids"][1:] == came
    assert (OIN, NOORD.oin) == (done["sent"]["receiver_oin"], done["answer"]["receiver_oin"])
    for each in done["message_ids"]:
        verified = json.loads(
            stage.run("noord", "receipt", "verify", str(receipts / f"{each}.json"), "--json")
        )
        assert HUB.oin not in (verified["sender_oin"], verified["receiver_oin"])
        assert "test" in verified
    said = stage.run("operator", *done["cite"].split()[1:], "--reason", "as cited", "--json")
    assert '"qualified": true' in said
    other = stage.run(
        "operator",
        *("system", "qualify", "las-noord", "OSO_OV", "--reason", "as cited"),
        *("--test-message", "00000000-0000-4000-8000-0000000000aa"),
        code=REFUSED,
    )
    assert "EVIDENCE_MISSING" in other


def test_nothing_of_a_payload_is_kept(stage: Stage) -> None:
    text = example_dossier().read_bytes()
    words = [text[at : at + 40] for at in range(0, len(text) - 40, 400)]
    files = [each for each in stage.storage.rglob("*") if each.is_file()]

    assert files
    assert not [each for each in files if any(word in each.read_bytes() for word in words)]


def test_it_says_what_is_in_the_way(stage: Stage) -> None:
    stage.admit(ZUID, "99XB", "99XC")

    without = stage.run("zuid", "test-exchange", "--school", "99XB", code=REFUSED)
    foreign = stage.run("zuid", "test-exchange", "--school", "99XA", code=REFUSED)

    assert "wissel endpoint register" in without
    assert "wissel endpoint register" in foreign


def test_a_las_that_does_not_serve_is_named_and_answered_once_it_does(stage: Stage) -> None:
    port = stage.connect(ZUID, "99XB")
    late = stage.run("zuid", "test-exchange", "--school", "99XB", "--wait", "4", code=REFUSED)

    assert "did not come within 4 s" in late
    assert "Does your LAS serve?" in late
    with stage.las(ZUID, port) as received:
        eventually(lambda: list(received.rglob("*.xml")), "it is answered", until=bool)


def test_who_acts_for_the_same_school_by_another_system_hears_nothing(stage: Stage) -> None:
    """Zuid has a mandate for 99XC and no endpoint there: what it sends is not answered to Noord."""
    stage.hub.world.desk.mandate("99XC", "OSO_OV", NOORD.system_id)
    with stage.las(NOORD, stage.connect(NOORD, "99XC")) as received:
        stage.run("zuid", "send", str(example_dossier()), "--from", "99XC", "--to", "00YY")

        stage.test_las.line_with("receives by another system than the one that sent it")

        assert not list(received.rglob("*.xml"))


def test_it_stops_when_it_is_told(stage: Stage) -> None:
    stage.test_las.signal(signal.SIGTERM)

    assert 0 == stage.test_las.ended()
