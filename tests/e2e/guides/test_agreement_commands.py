"""A board agrees by itself: the installed commands, a hub and a login broker as processes."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from support.processes.processes import calling_as
from wissel.clients.processes import command
from wissel.clients.testing import DevelopmentIssuer, TestingHub, running_hub, running_issuer

BOARD: Final = "99801"
WHY: Final = ("--reason", "test")
TEXT: Final = b"Bijlage OSR: het bestuur laat zijn scholen het serviceregister gebruiken.\n"
PDF: Final = b"%PDF-1.7\n%made up\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class Stage:
    hub: TestingHub
    issuer: DevelopmentIssuer


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_issuer() as issuer, running_hub(issuer=issuer) as hub:
        hub.portal()
        yield Stage(hub, issuer)


class Cli:
    """Runs `wissel` as the party of a certificate, for the person of a token if there is one."""

    def __init__(self, hub: TestingHub, name: str, token: str = "") -> None:
        self._folder = hub.folder
        self._environ = {
            **os.environ,
            **calling_as(hub, name),
            "WISSEL_HUB_OIN": hub.hub_oin,
            "USER": "a.desk",
        }
        if token:
            file = hub.folder / f"token-{hashlib.sha256(token.encode()).hexdigest()[:8]}"
            file.write_text(token)
            self._environ["WISSEL_TOKEN_FILE"] = str(file)

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [command("wissel"), *arguments],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + (done.stderr if code else "")

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code))


@pytest.fixture
def desk(stage: Stage) -> Cli:
    return Cli(stage.hub, "operator")


def person(stage: Stage, board: str, *, signs: bool = True) -> Cli:
    return Cli(stage.hub, "portal", stage.issuer.token(boards=[board], signs=signs))


def school(desk: Cli, brin: str, board: str) -> None:
    named = ("--name", f"School {brin}", "--board", board, "--board-name", "Bestuur")
    desk.run("schools", "register", brin, *named, *WHY)


def text_of(desk: Cli, folder: Path, kind: str, body: bytes, version: str, *more: str) -> str:
    """Register a text; return its digest."""
    path = folder / f"{kind}-{version}"
    path.write_bytes(body)
    named = ("--version", version, "--with", "Kennisnet")
    done = desk.json("agreement", "text", "register", kind, str(path), *named, *more, *WHY)
    return str(done["document_sha256"])


def test_a_board_reads_accepts_and_proves_an_agreement_and_then_gives_a_mandate(
    stage: Stage, desk: Cli, tmp_path: Path
) -> None:
    school(desk, "98AA", BOARD)
    vendor = stage.hub.vendor("texts", oin="00000003990000710000", service="RIO")
    notice = tmp_path / "notice.pdf"
    notice.write_bytes(PDF)
    extra = ("--notice", str(notice), "--category", "naam en adres", "--category", "vestiging")
    digest = text_of(desk, tmp_path, "KENNISNET_OSR", TEXT, "4.0", *extra)
    signs, reads = person(stage, BOARD), person(stage, BOARD, signs=False)
    give = ("mandate", "create", "98AA", "RIO", vendor.system_id)
    document, out = tmp_path / "read.txt", tmp_path / "acceptance.json"

    lacking = signs.run(*give, code=1)
    unchecked = signs.json("agreement", "check", "RIO", code=1)
    offered = reads.json("agreement", "request", "KENNISNET_OSR")
    signs.run("agreement", "text", "download", offered["agreement_id"], "--out", str(document))
    accept = ("agreement", "accept", offered["agreement_id"], "--document", str(document))
    unsigned = reads.run(*accept, code=1)
    signs.run(*accept, "--out", str(out))
    given = signs.json(*give)
    checked = desk.json("agreement", "check", "RIO", "--board", BOARD)
    verified = signs.json("agreement", "verify", str(out), "--document", str(document))
    foreign = signs.run("agreement", "verify", str(out), "--hub-oin", vendor.oin, code=1)
    other = signs.run("agreement", "verify", str(out), "--document", str(notice), code=1)

    assert "AGREEMENT_MISSING" in lacking
    assert [False] == [each["agreed"] for each in unchecked["required"]]
    assert ("OFFERED", True, digest) == (
        offered["status"],
        offered["requested"],
        offered["document_sha256"],
    )
    assert TEXT == document.read_bytes()
    assert "SIGNING_ROLE_MISSING" in unsigned
    assert "98AA" == given["brin"]
    required = checked["required"][0]
    assert (True, "ACCEPTED") == (checked["agreed"], required["agreement"]["status"])
    assert "development:somebody" == required["agreement"]["signer"]
    assert (digest, BOARD, "4.0 (nl)") == (
        verified["document_sha256"],
        verified["signatory"],
        verified["version"],
    )
    assert f"somebody of {stage.issuer.url}" == verified["by"]
    assert "ACCEPTANCE_INVALID" in foreign
    assert "DIGEST_MISMATCH" in other


def test_a_vendor_accepts_with_its_certificate_and_then_qualifies(
    stage: Stage, desk: Cli, tmp_path: Path
) -> None:
    hub, oin = stage.hub, "00000003990000720000"
    hub.identity("fresh", oin)
    vendor = Cli(hub, "fresh")
    desk.run("party", "register", oin, "--name", "Fresh", "--role", "VENDOR", *WHY)
    desk.run("system", "register", "las-fresh", "--party", oin, "--name", "Fresh", *WHY)
    text_of(desk, tmp_path, "VENDOR_OSR", TEXT + b"Voor leveranciers.\n", "1.0")
    qualify = ("system", "qualify", "las-fresh", "RIO", "--security-test", "report", *WHY)

    lacking = desk.run(*qualify, code=1)
    offer = vendor.json("agreement", "request", "VENDOR_OSR")
    agreed = vendor.json(
        "agreement", "accept", offer["agreement_id"], "--sha256", offer["document_sha256"]
    )
    desk.run(*qualify)
    out = tmp_path / "answer.json"
    out.write_text(json.dumps(agreed))
    verified = vendor.json("agreement", "verify", str(out))

    assert "VENDOR_AGREEMENT_MISSING" in lacking
    assert f"OIN {oin}" == verified["by"]
    assert agreed["agreement"] == vendor.json("agreement", "list")[0]


def test_paper_succession_and_declining_by_the_desk(
    stage: Stage, desk: Cli, tmp_path: Path
) -> None:
    school(desk, "98AB", "99802")
    school(desk, "98AC", "99803")
    text_of(desk, tmp_path, "VVA", TEXT + b"VVA.\n", "2026")
    paper = tmp_path / "scan.pdf"
    paper.write_bytes(PDF)
    signed = ("--signer", "A. de Wit", "--signed", "2020-01-31", "--paper", str(paper))

    recorded = desk.json("agreement", "record", "OSO", "--board", "99802", *signed, *WHY)
    passed = desk.json(
        *("agreement", "record", "--board", "99803", "--from", "99802"),
        *("--paper", str(paper), *WHY),
    )
    offer = desk.json("agreement", "offer", "VVA", "--board", "99803", *WHY)
    declined = person(stage, "99803").json("agreement", "decline", offer["agreement_id"])
    listed = desk.run("agreement", "list", "--board", "99803")

    assert ("RECORDED", "A. de Wit", "2020-01-31", hashlib.sha256(PDF).hexdigest()) == (
        recorded["status"],
        recorded["signer"],
        recorded["signed_date"],
        recorded["paper_sha256"],
    )
    assert [("OSO", "SUCCESSION", "99802")] == [
        (each["kind"], each["status"], each["predecessor"]) for each in passed
    ]
    assert "DECLINED" == declined["status"]
    assert "SUCCESSION" in listed
