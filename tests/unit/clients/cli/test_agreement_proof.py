"""`wissel agreement verify`: what it says of an acceptance, and of files that prove nothing."""

import json
from pathlib import Path

import pytest

from support.builders.orders import signer_of
from support.builders.pki import Pki
from support.vectors.acceptances import acceptance
from support.vectors.messages import moment
from wissel.clients.cli import main
from wissel.clients.statements.acceptances import acceptance_record
from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import AGREEMENT_ACCEPTANCE
from wissel.routing.values.identifiers import Oin


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path / "pki")


def verify(tmp_path: Path, written: str, pki: Pki, *options: str, hub: str = HUB.oin) -> int:
    path = tmp_path / "acceptance.json"
    path.write_text(written)
    arguments = ["agreement", "verify", str(path), *options]
    with pytest.raises(SystemExit) as done:
        main([*arguments, f"--hub-oin={hub}", f"--trust-roots={pki.roots}"])
    assert isinstance(done.value.code, int)
    return done.value.code


def written(pki: Pki, signer: Oin = HUB.oin) -> str:
    """The file of an acceptance of this moment."""
    now = moment(pki.now)
    payload = acceptance(accepted_time=now, authenticated_time=now)
    signed = signer_of(pki, signer).sign(payload, AGREEMENT_ACCEPTANCE)
    return json.dumps(acceptance_record(dossier_pb2.Signed(**signed_fields(signed))))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "null",
        "no JSON",
        "[" * 10_000,
        '{"acceptance": 7}',
        '{"acceptance": "no base64!"}',
        '{"acceptance": "AAAA"}',
        '{"acceptance": {"nothing": 1}}',
    ],
)
def test_a_file_without_an_acceptance_is_wrong_usage(
    tmp_path: Path, pki: Pki, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    code = verify(tmp_path, text, pki)

    assert 2 == code
    assert "Error" in capsys.readouterr().err


def test_an_acceptance_says_who_accepted_what(
    tmp_path: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    code = verify(tmp_path, written(pki), pki, "--json")

    said = json.loads(capsys.readouterr().out)
    assert 0 == code
    assert ("OSO", "99001", "pseudonym-of-a-person of https://broker.example") == (
        said["kind"],
        said["signatory"],
        said["by"],
    )


@pytest.mark.parametrize(("signer", "hub"), [(HUB.oin, NOORD.oin), (NOORD.oin, HUB.oin)])
def test_what_another_signed_proves_nothing(
    tmp_path: Path, pki: Pki, capsys: pytest.CaptureFixture[str], signer: Oin, hub: str
) -> None:
    code = verify(tmp_path, written(pki, signer), pki, hub=hub)

    assert 1 == code
    assert "ACCEPTANCE_INVALID" in capsys.readouterr().err


def test_another_document_was_not_accepted(
    tmp_path: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "other.txt"
    document.write_text("another text")

    code = verify(tmp_path, written(pki), pki, "--document", str(document))

    assert 1 == code
    assert "DIGEST_MISMATCH" in capsys.readouterr().err
