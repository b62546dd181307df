"""The command, without a hub: usage, words, exit codes."""

import base64
import json
import os
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from support.builders.orders import pair
from support.builders.pki import Pki
from wissel.clients.cli import main
from wissel.clients.cli.app import app, hoisted
from wissel.clients.cli.examples import EXAMPLES, commands
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import Signed


@pytest.fixture(autouse=True)
def _nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a hub of their own in the environment."""
    for name in [each for each in os.environ if each.startswith("WISSEL_")]:
        monkeypatch.delenv(name)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    code = caught.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["whoami", "--json"], ["--json", "whoami"]),
        (["mandate", "list", "--server", "h:1"], ["--server", "h:1", "mandate", "list"]),
        (["whoami", "--server=h:1"], ["--server=h:1", "whoami"]),
        (["send", "--", "--json"], ["send", "--", "--json"]),
        (["whoami", "--server"], ["--server", "whoami"]),
    ],
)
def test_global_options_may_stand_anywhere(arguments: list[str], expected: list[str]) -> None:
    assert hoisted(arguments) == expected


def test_each_command_has_an_example_and_each_example_a_command() -> None:
    assert set(EXAMPLES) == {words for words, _ in commands(app)}


@pytest.mark.parametrize(
    ("words", "line"), [(words, line) for words, lines in EXAMPLES.items() for line in lines]
)
def test_an_example_uses_options_that_exist(words: str, line: str) -> None:
    group = typer.main.get_command(app)
    known = {option for each in group.params for option in each.opts}
    for word in words.split():
        assert isinstance(group, TyperGroup)
        group = group.commands[word]
    known |= {option for each in group.params for option in each.opts}

    assert line.startswith(f"wissel {words}")
    assert {word for word in line.split() if word.startswith("--")} <= known


def test_help_shows_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("route", "explain", "--help") == 0
    assert "wissel route explain 99XA 99XB02 OSO_OV" in capsys.readouterr().out


def test_a_server_without_a_port_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = identity(Pki.create(tmp_path / "pki"))

    assert run("whoami", "--server=hub.example", *files) == 2
    assert "no port" in capsys.readouterr().err


def test_a_reason_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("errors", "ROUTE_AMBIGUOUS") == 0
    assert "does not guess" in capsys.readouterr().out


def test_a_name_of_other_documents_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("errors", "SessieAfwijkend", "--language=nl") == 0
    told = capsys.readouterr().out
    assert "SESSION_DEVIATES" in told
    assert "Wat werd gevraagd, wijkt af van de sessie." in told
    assert "de servicedesk van het administratiesysteem" in told

    assert run("errors", "OverdrachtGeslaagd") == 0
    assert "SignOffTransfer: TRANSFERRED" in capsys.readouterr().out
    assert run("errors", "dk0006", "--json") == 0
    (only,) = json.loads(capsys.readouterr().out)
    assert (only["name"], only["here"]) == ("Client.DK0006", "")


def test_every_reason_can_be_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("errors", "--json") == 0
    assert {"reason", "code", "meaning", "fix"} <= json.loads(capsys.readouterr().out)[0].keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["errors", "NOTHING"], "there is no reason"),
        (["whoami"], "--server"),
        (["mandate", "end", "x"], "--immediately"),
        (["agreement", "record", "OSO"], "--board"),
        (["party", "revoke"], "--spki-sha256"),
        (["nothing"], "No such command"),
    ],
)
def test_wrong_usage_says_what_is_missing(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err


def identity(pki: Pki) -> list[str]:
    me = pki.issue("noord")
    return [
        f"--certificate={me.certificate}",
        f"--key={me.key}",
        f"--trust-roots={me.roots}",
    ]


def test_a_missing_certificate_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--certificate=/nowhere.pem", "--key=/nowhere.key", "--trust-roots=/nowhere"]

    assert run("whoami", "--server=localhost:1", *files) == 2
    assert "/nowhere.pem" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"99XA,99XB,\xeb\n", b'"' + b"a" * 200_000])
def test_a_file_of_routes_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file = tmp_path / "routes.csv"
    file.write_bytes(content)

    assert run("route", "batch", str(file)) == 2
    assert "no CSV in UTF-8" in capsys.readouterr().err


def test_doctor_names_the_issuer_that_was_not_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    me = Pki.create(tmp_path / "pki").issue("noord")
    me.certificate.write_bytes(me.leaf_pem)
    files = [f"--certificate={me.certificate}", f"--key={me.key}", f"--trust-roots={me.roots}"]

    run("doctor", "--server=localhost:1", "--json", *files)

    [found] = [each for each in json.loads(capsys.readouterr().out) if each["name"] == "own chain"]
    assert not found["ok"]
    assert "In neither is the issuer CN=Wissel test intermediate." in found["detail"]
    assert f"{me.certificate} (WISSEL_CERTIFICATE)" in found["detail"]
    assert f"{me.roots} (WISSEL_TRUST_ROOTS)" in found["detail"]


def test_doctor_stops_where_nobody_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = identity(Pki.create(tmp_path / "pki"))

    assert run("doctor", "--server=localhost:1", "--json", *files) == 3
    checks = json.loads(capsys.readouterr().out)
    assert [(check["name"], check["ok"]) for check in checks] == [
        ("own files", True),
        ("own chain", True),
        ("DNS", True),
        ("TCP", False),
    ]
    assert checks[-1]["fix"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 0, ZUID.oin),
        ([f"--receiver-oin={ZUID.oin}"], 0, ZUID.oin),
        ([f"--receiver-oin={NOORD.oin}"], 1, "another receiver_oin"),
        (["--receiver-oin=111"], 1, "111, which is no OIN"),
    ],
)
def test_receipts_are_verified_offline(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    said: str,
) -> None:
    pki = Pki.create(tmp_path / "pki")
    receipts = pair(pki, received=pki.now, delivered=pki.now)
    path = tmp_path / "receipt.json"
    written = {"hub_receipt": _text(receipts.hub), "receiver_receipt": _text(receipts.receiver)}
    path.write_text(json.dumps(written))
    trust = [f"--hub-oin={HUB.oin}", f"--trust-roots={pki.roots}"]

    assert run("receipt", "verify", str(path), *options, *trust) == code
    output = capsys.readouterr()
    assert said in output.out + output.err


def _text(signed: Signed) -> str:
    message = dossier_pb2.Signed(**signed_fields(signed))
    return base64.b64encode(message.SerializeToString()).decode("ascii")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{}", "no hub receipt"), ("[]", "no hub receipt"), ("[" * 10_000, "recursion")],
)
def test_a_file_without_receipts_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    pki = Pki.create(tmp_path / "pki")
    path = tmp_path / "receipt.json"
    path.write_text(text)

    code = run("receipt", "verify", str(path), f"--hub-oin={HUB.oin}", f"--trust-roots={pki.roots}")

    assert code == 2
    assert problem in capsys.readouterr().err
