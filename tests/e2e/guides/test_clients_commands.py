"""The installed commands against a real hub and a real LAS, all as processes."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wissel.clients
from support.processes.processes import calling_as
from wissel.clients.processes import ProcessFailed, command
from wissel.clients.testing import PeerLas, TestingHub, Vendor, running_hub, running_peer
from wissel.clients.testing.cast import DUO

FIXTURES = Path(wissel.clients.__file__).parent / "fixtures"
DOSSIER = FIXTURES / "dossier-overstap.xml"


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    with running_hub() as running:
        yield running


@pytest.fixture(scope="module")
def peer(hub: TestingHub) -> Iterator[PeerLas]:
    with running_peer(hub) as running:
        running.connect("99XB02")
        yield running


@pytest.fixture(scope="module")
def vendor(hub: TestingHub) -> Vendor:
    made = hub.vendor("mylas", oin="00000003990000770000")
    hub.connect(made, "99XA", url="https://localhost:9")
    return made


class Cli:
    """Runs `wissel` as somebody."""

    def __init__(self, hub: TestingHub, name: str) -> None:
        self.environ = {
            **os.environ,
            **calling_as(hub, name),
            "WISSEL_HUB_OIN": hub.hub_oin,
            "WISSEL_OUTBOX": str(hub.folder / "cli-outbox"),
            "USER": "a.desk",
        }

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [command("wissel"), *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if not code else done.stdout + done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))


@pytest.fixture(scope="module")
def operator(hub: TestingHub) -> Cli:
    return Cli(hub, "operator")


def test_a_dossier_is_sent_and_its_receipts_verified(
    hub: TestingHub, peer: PeerLas, vendor: Vendor, tmp_path: Path
) -> None:
    cli, receipt = Cli(hub, vendor.name), tmp_path / "receipt.json"

    sent = cli.json(
        "send", str(DOSSIER), "--from", "99XA", "--to", "99XB02", "--receipt", str(receipt)
    )

    assert peer.received(sent["message_id"]).read_bytes() == DOSSIER.read_bytes()
    verified = cli.json("receipt", "verify", str(receipt), "--dossier", str(DOSSIER))
    assert verified["message_id"] == sent["message_id"]
    shown = tmp_path / "shown.json"
    shown.write_text(cli.run("deliveries", "show", sent["message_id"], "--json"))
    assert cli.json("receipt", "verify", str(shown))["sha256"] == sent["sha256"]
    assert cli.json("deliveries", "list")[0]["state"] == "DELIVERED"
    other = cli.run(
        "receipt", "verify", str(receipt), "--dossier", str(FIXTURES / "dossier-swv.xml"), code=1
    )
    assert "DIGEST_MISMATCH" in other
    foreign = cli.run("receipt", "verify", str(receipt), "--hub-oin", vendor.oin, code=1)
    assert "RECEIPT_INVALID" in foreign


def test_the_sdk_sends_and_resumes(hub: TestingHub, peer: PeerLas, vendor: Vendor) -> None:
    mine = hub.open(vendor)

    receipt = mine.send(DOSSIER, sender="99XA", receiver="99XB02", service="OSO_OV")

    assert peer.received(receipt.message_id).read_bytes() == DOSSIER.read_bytes()
    assert mine.resume() == []
    assert [each.brin for each in mine.mandates()] == ["99XA"]
    assert [each.brin for each in mine.endpoints("99XA")] == ["99XA"]


def test_the_owner_of_a_service_processes_what_waits(
    hub: TestingHub, vendor: Vendor, operator: Cli
) -> None:
    hub.identity(DUO.name, DUO.oin)
    duo, why = Cli(hub, DUO.name), ("--reason", "test exchange")
    named_as = ("--name", DUO.title, "--role", DUO.role)
    operator.json("party", "register", DUO.oin, *named_as, *why)
    operator.json("system", "qualify", vendor.system_id, "RIO", "--security-test", "none", *why)
    early, late = (
        operator.json("mandate", "create", "99XA", "RIO", vendor.system_id, *days, *why)
        for days in (("--end", "2090-01-01"), ("--start", "2090-02-01"))
    )

    waits = duo.json("mandate", "pending")
    table = duo.run("mandate", "pending", "--service", "RIO")
    done = duo.json("mandate", "process", late["mandate_id"], "--etag", waits[1]["etag"])
    lacks = duo.run("mandate", "process", early["mandate_id"], "--reject", code=1)
    duo.run("mandate", "process", early["mandate_id"], "--reject", "--reason", "no pupils")

    assert ([early, late], []) == (waits, duo.json("mandate", "pending", "--overdue"))
    assert "OVERDUE" in table
    assert ("PROCESSED", "PLANNED") == (done["processing"], done["status"])
    assert "REASON_REQUIRED" in lacks
    (rejected,) = operator.json("mandate", "list", "--processing", "REJECTED")
    assert "no pupils" == rejected["rejection"]
    (listed,) = duo.json("mandate", "list", "--status", "ACTIVE", "--on", "2090-02-01")
    assert late["mandate_id"] == listed["mandate_id"]
    assert "METHOD_NOT_ALLOWED" in operator.run("mandate", "pending", code=1)


def test_a_vendor_sees_who_it_is_and_where_things_go(
    hub: TestingHub, peer: PeerLas, vendor: Vendor
) -> None:
    cli = Cli(hub, vendor.name)

    me = cli.json("whoami")
    route = cli.json("route", "resolve", "99XA", "99XB02", "OSO_OV")
    explained = cli.run("route", "explain", "99XA", "99XB02", "OSO_OV")
    found = cli.json("endpoint", "lookup", "99XB", "OSO_OV")

    assert (me["oin"], me["system_ids"]) == (vendor.oin, ["las-mylas"])
    assert route["url"] == peer.url
    assert f"-> {peer.url}" in explained
    assert [each["url"] for each in found] == [peer.url]


def test_many_routes_are_resolved_from_a_file(
    hub: TestingHub, peer: PeerLas, vendor: Vendor, tmp_path: Path
) -> None:
    file = tmp_path / "routes.csv"
    file.write_text("sender,receiver,service\n99XA,99XB02,OSO_OV\n99XA,99ZZ,OSO_OV\n")

    said = Cli(hub, vendor.name).run("route", "batch", str(file), code=1)

    assert "RECEIVER_UNKNOWN" in said
    assert peer.url in said


def test_a_refusal_says_reason_fix_and_contact(hub: TestingHub, vendor: Vendor) -> None:
    said = Cli(hub, vendor.name).run("route", "resolve", "99XA", "99ZZ", "OSO_OV", code=1)

    assert "RECEIVER_UNKNOWN" in said
    assert "Fix: " in said
    assert "Contact: " in said


def test_doctor_looks_at_each_step(hub: TestingHub, vendor: Vendor) -> None:
    cli = Cli(hub, vendor.name)

    said = cli.run("doctor", code=1)  # nobody listens at the vendor's own endpoint

    for name in ("own files", "own chain", "DNS", "TCP", "TLS", "registered", "clock"):
        assert f"ok {name}" in said
    assert "no endpoint" in said


def test_a_peer_that_is_up_is_found_healthy(hub: TestingHub, peer: PeerLas) -> None:
    said = Cli(hub, "peer").run("doctor")

    assert "ok endpoint" in said


def test_an_operator_fills_the_register(operator: Cli, tmp_path: Path) -> None:
    because = ("--reason", "an order of the school")
    schools = [str(path) for path in sorted((FIXTURES / "schools").glob("*.csv"))]

    reports = operator.json("schools", "import", *schools, *because)
    operator.run(
        "party", "register", "00000003990000660000", "--name", "Zuid", "--role", "VENDOR", *because
    )
    for kind in ("VENDOR_OSR", "VENDOR_OSO"):
        operator.run("agreement", "record", kind, "--party", "00000003990000660000", *because)
    named = ("--party", "00000003990000660000", "--name", "Zuid")
    operator.run("system", "register", "las-zuid", *named, *because)
    operator.run("system", "qualify", "las-zuid", "OSO_OV", "--test-exchange", "none", *because)
    operator.run("system", "rollout", "las-zuid", "OSO_OV", "OPEN", *because)
    operator.run(
        "schools",
        "register",
        "99YY",
        "--name",
        "Test",
        "--board",
        "99777",
        "--board-name",
        "Bestuur",
        "--vestiging",
        "00",
        "--vestiging",
        "02:Dependance",
        *because,
    )
    for kind in ("KENNISNET_OSR", "OSO"):
        operator.run("agreement", "record", kind, "--board", "99777", *because)
    mandate = operator.json("mandate", "create", "99YY", "OSO_OV", "las-zuid", *because)
    valid = operator.json("mandate", "validate", "99YY", "OSO_OV", "00000003990000660000")
    updated = operator.json(
        "mandate", "update", mandate["mandate_id"], "--end", "2099-12-31", *because
    )
    ended = operator.json("mandate", "end", mandate["mandate_id"], "--immediately", *because)
    invalid = operator.run("mandate", "validate", "99YY", "OSO_OV", "00000003990000660000", code=1)

    assert sum(report["line_count"] for report in reports) > 0
    assert valid["result"] == "OK"
    assert updated["end_date"] == "2099-12-31"
    assert ended["status"] == "ENDED"
    assert "NOK" in invalid


def test_an_operator_reads_the_register(operator: Cli, vendor: Vendor) -> None:
    board = operator.json("schools", "show", "99XA")["board_number"]
    assert "99XA" in operator.run("schools", "list", "--board", board)
    assert operator.json("boards", "show", board)["board_number"] == board
    assert operator.json("boards", "list")
    assert operator.json("party", "show", vendor.oin)["role"] == "VENDOR"
    assert {"las-mylas"} <= {each["system_id"] for each in operator.json("system", "list")}
    assert "OSO_OV" in operator.run("service", "list")
    assert operator.json("service", "show", "BRON_PO")["code"] == "ROD_PO"
    assert operator.json("agreement", "list", "--party", vendor.oin)
    assert operator.json("swv", "list") == []
    assert operator.json("mandate", "list", "99XA")
    assert operator.json("endpoint", "list", "99XA")


def test_an_operator_must_say_why(operator: Cli) -> None:
    said = operator.run(
        "party", "register", "00000003990000550000", "--name", "X", "--role", "VENDOR", code=1
    )

    assert "REASON_REQUIRED" in said


def test_a_hub_that_is_not_there_is_unreachable(operator: Cli) -> None:
    assert "doctor" in operator.run("whoami", "--server", "localhost:1", code=3)


def test_an_interrupted_las_ends_cleanly(hub: TestingHub, vendor: Vendor, tmp_path: Path) -> None:
    arguments = [
        "las",
        "serve",
        "--listen",
        "localhost:0",
        "--storage",
        str(tmp_path / "in"),
        "--keep",
        str(tmp_path / "kept"),
    ]
    with subprocess.Popen(
        [command("wissel"), *arguments],
        env=Cli(hub, vendor.name).environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "serving on localhost:" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()

    assert process.returncode == 0
    assert rest == ""


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProcessFailed, match="pip install"):
        command("wissel-nothing")
