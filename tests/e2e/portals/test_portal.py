"""What a portal's author has: a login broker, tokens of persons in one call, and the commands."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.builders.duo_files import board_file, board_line
from support.processes.processes import calling_as
from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.blocking import Hub
from wissel.clients.errors import Refused, WisselError
from wissel.clients.processes import command
from wissel.clients.testing import (
    DevelopmentIssuer,
    Portal,
    TestingHub,
    Vendor,
    running_hub,
    running_issuer,
)
from wissel.clients.testing.desk import BOARD
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

REFUSED = 1
USAGE = 2


@pytest.fixture(scope="module")
def issuer() -> Iterator[DevelopmentIssuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="module")
def hub(issuer: DevelopmentIssuer) -> Iterator[TestingHub]:
    with running_hub(issuer=issuer) as running:
        yield running


@pytest.fixture(scope="module")
def portal(hub: TestingHub) -> Portal:
    return hub.portal()


@pytest.fixture(scope="module")
def vendor(hub: TestingHub) -> Vendor:
    made = hub.vendor("mylas", oin="00000003990000770000")
    for place in ("99XA", "99XB", "99XC"):
        hub.desk.school(place)
    return made


def wissel(hub: TestingHub, name: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command with a certificate of the hub's; return code, output and errors."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(hub.folder),
        **calling_as(hub, name),
    }
    done = subprocess.run(
        [command("wissel"), *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def create(school: str, system: str) -> mandate.CreateMandateRequest:
    return mandate.CreateMandateRequest(brin=school, service="OSO_OV", system_id=system)


def give(hub: Hub, school: str, vendor: Vendor) -> str:
    done = hub.call(lambda c: MandateServiceStub(c).CreateMandate, create(school, vendor.system_id))
    return done.mandate.mandate_id


def test_a_portals_author_acts_for_a_board_in_a_few_lines(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal, vendor: Vendor
) -> None:
    board = hub.acting(portal, issuer.token(boards=[BOARD]))
    other = hub.acting(portal, issuer.token(boards=["99009"], subject="another"))

    given = give(board, "99XA", vendor)
    with pytest.raises(Refused) as refused:
        give(other, "99XB", vendor)

    assert given
    assert "ORGANISATION_NOT_YOURS" == refused.value.reason


def test_a_portals_author_lets_a_board_accept_a_text(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal
) -> None:
    digest = hub.desk.text("VVA")
    signs = hub.acting(portal, issuer.token(boards=[BOARD], signs=True))

    asked = agreement.OfferAgreementRequest(kind="VVA")
    offer = signs.call(lambda c: AgreementServiceStub(c).OfferAgreement, asked).agreement
    accepting = agreement.AcceptAgreementRequest(
        agreement_id=offer.agreement_id, document_sha256=digest
    )
    done = signs.call(lambda c: AgreementServiceStub(c).AcceptAgreement, accepting)

    assert "ACCEPTED" == done.agreement.status
    assert done.acceptance.payload


def test_a_token_may_be_what_is_asked_for_at_each_call(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal
) -> None:
    tokens = [issuer.token(boards=[BOARD]), issuer.token(boards=[BOARD], acr="too low")]
    board = hub.acting(portal, lambda: tokens.pop(0))

    first = board.whoami()
    with pytest.raises(Refused) as refused:
        board.whoami()

    assert [BOARD] == list(first.person.board_numbers)
    assert "PERSON_LEVEL_TOO_LOW" == refused.value.reason


def test_a_boards_commands_are_run_with_a_token_file(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal, vendor: Vendor, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    asked = ("token", "--issuer", issuer.url, "--board", BOARD, "--signs", "--out", str(file))
    made, printed, _ = wissel(hub, portal.name, *asked)
    act = ("--token-file", str(file), "--json")

    known = json.loads(wissel(hub, portal.name, "whoami", *act)[1])
    given = wissel(hub, portal.name, "mandate", "create", "99XC", "OSO_OV", "las-mylas", *act)
    mandate_id = json.loads(given[1])["mandate_id"]
    ended = wissel(hub, portal.name, "mandate", "end", mandate_id, "--immediately", *act)
    seen: list[dict[str, Any]] = json.loads(wissel(hub, portal.name, "mandate", "list", *act)[1])

    assert (0, "") == (made, printed)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert ([BOARD], True) == (known["person"]["board_numbers"], known["person"]["signs"])
    assert "ENDED" == json.loads(ended[1])["status"]
    assert mandate_id not in {each["mandate_id"] for each in seen}


def test_a_token_file_that_is_wrong_is_named(
    hub: TestingHub, portal: Portal, tmp_path: Path
) -> None:
    absent = tmp_path / "absent"

    code, _, said = wissel(hub, portal.name, "mandate", "list", "--token-file", str(absent))

    assert (USAGE, f"wissel: {absent}: No such file or directory\n") == (code, said)


def test_a_person_who_may_not_is_told_whom_to_ask(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(issuer.token(boards=[BOARD], role=["leraar"]))

    code, _, said = wissel(hub, portal.name, "mandate", "list", "--token-file", str(file))

    assert REFUSED == code
    assert "PERSON_ROLE_MISSING" in said
    assert "OSR-toegang" in said
    assert "securityservicedesk@duo.nl" in said


def test_a_file_of_kvk_numbers_makes_logins_of_eherkenning_a_boards(
    hub: TestingHub, issuer: DevelopmentIssuer, portal: Portal, vendor: Vendor, tmp_path: Path
) -> None:
    file, kvk = tmp_path / "kvk.csv", "90000009"
    file.write_bytes(board_file(board_line(BOARD, kvk_nummer=kvk)))
    board = hub.acting(portal, issuer.token(kvk=kvk))

    with pytest.raises(Refused) as before:
        give(board, "99XB", vendor)
    dry = wissel(hub, "operator", "board", "import", str(file), "--dry-run", "--reason", "a list")
    done = wissel(hub, "operator", "board", "import", str(file), "--reason", "a list")
    given = give(board, "99XB", vendor)
    gone = wissel(hub, "operator", "board", "update", BOARD, "--kvk", "", "--reason", "wrong")
    with pytest.raises(Refused) as after:
        give(board, "99XB", vendor)

    assert ("KVK_UNKNOWN", "KVK_UNKNOWN") == (before.value.reason, after.value.reason)
    assert [0, 0, 0] == [dry[0], done[0], gone[0]]
    assert given


def test_a_file_of_schools_is_no_file_of_boards(hub: TestingHub, tmp_path: Path) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(
        "BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;POSTCODE\n"
        "99001;99XA;99XA00;De Wissel;1234 AB\n"
    )

    code, _, said = wissel(hub, "operator", "board", "import", str(file), "--reason", "x")

    assert USAGE == code
    assert "this is a file of DUO_PO_LOCATIONS, not of boards" in said


def test_a_development_issuer_that_is_not_there_is_said(hub: TestingHub, portal: Portal) -> None:
    with pytest.raises(WisselError, match="no development issuer"):
        DevelopmentIssuer(url="http://127.0.0.1:1", clients={}).token(boards=[BOARD])

    code, _, said = wissel(hub, portal.name, "token", "--issuer", "ftp://nowhere")

    assert (USAGE, "no development issuer" in said) == (code, True)
