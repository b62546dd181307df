import datetime as dt
import stat
from pathlib import Path

import pytest
from cryptography import x509

from wissel.clients.testing.cast import OPERATOR
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust, chain_from_pem
from wissel.routing.signing.dsse import HUB_RECEIPT, Signer, verify
from wissel.server.identity import pki
from wissel.server.identity.crls import RevocationLists
from wissel.server.identity.keyfiles import KeyFileError, read_key

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
OIN = OPERATOR.oin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pki.init(tmp_path / "pki", NOW)
    return tmp_path / "pki"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_what_is_issued_serves_every_purpose(folder: Path, purpose: Purpose) -> None:
    issued = pki.issue(folder, "noord", oin=OIN, now=NOW)
    trust = Trust.from_pem((folder / "root.pem").read_bytes())

    path = trust.path(chain_from_pem(issued.certificate.read_bytes()), purpose, NOW)

    assert path.oin == OIN
    assert len(path.chain) == 3


def test_it_names_the_local_host_and_what_was_asked_for(folder: Path) -> None:
    issued = pki.issue(folder, "hub", oin=OIN, now=NOW, dns=["hub.example", "192.0.2.1"])

    leaf = x509.load_pem_x509_certificates(issued.certificate.read_bytes())[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["localhost", "hub.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == [
        "127.0.0.1",
        "::1",
        "192.0.2.1",
    ]


def test_a_signing_certificate_signs_and_serves_no_tls(folder: Path) -> None:
    issued = pki.issue_signing(folder, "hub", oin=OIN, now=NOW)
    trust = Trust.from_pem((folder / "root.pem").read_bytes())

    signer = Signer.from_pem(read_key(issued.key), issued.certificate.read_bytes())
    verified = verify(signer.sign(b"receipt", HUB_RECEIPT), HUB_RECEIPT, trust, NOW)

    assert verified.signer == OIN
    assert issued.certificate == folder / "hub-signing.pem"
    with pytest.raises(Refused, match="CERTIFICATE_UNSUITABLE"):
        trust.path(signer.chain, Purpose.CLIENT, NOW)


def test_every_key_is_for_its_owner_alone(folder: Path) -> None:
    pki.issue(folder, "noord", oin=OIN, now=NOW)

    modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.glob("*.key")}

    assert modes == {0o600}
    assert not list(folder.glob(".*"))


def test_issuing_again_renews(folder: Path) -> None:
    before = pki.issue(folder, "noord", oin=OIN, now=NOW).certificate.read_bytes()
    after = pki.issue(folder, "noord", oin=OIN, now=NOW).certificate.read_bytes()

    assert before != after


def test_a_second_root_in_the_same_folder_is_refused(folder: Path) -> None:
    with pytest.raises(pki.PkiError, match="exists already"):
        pki.init(folder, NOW)


def test_without_a_root_nothing_is_issued(tmp_path: Path) -> None:
    with pytest.raises(pki.PkiError, match="pki init"):
        pki.issue(tmp_path, "noord", oin=OIN, now=NOW)


@pytest.mark.parametrize("name", ["", "root", "intermediate", "../noord", "a/b", ".hidden", "a b"])
def test_a_name_cannot_be_another_file(folder: Path, name: str) -> None:
    with pytest.raises(pki.PkiError, match="cannot be the name"):
        pki.issue(folder, name, oin=OIN, now=NOW)


def test_its_revocation_list_revokes(folder: Path) -> None:
    chain = chain_from_pem(pki.issue(folder, "noord", oin=OIN, now=NOW).certificate.read_bytes())
    path = Trust.from_pem((folder / "root.pem").read_bytes()).path(chain, Purpose.CLIENT, NOW)

    pki.write_crl(folder, folder / "list.crl", [path.leaf], NOW)

    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        RevocationLists([folder / "list.crl"]).check(path, NOW)


@pytest.mark.parametrize("mode", [0o660, 0o604, 0o644, 0o646, 0o610])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    key = tmp_path / "some.key"
    key.write_bytes(b"secret")
    key.chmod(mode)

    with pytest.raises(KeyFileError, match=r"chmod 6[04]0") as caught:
        read_key(key)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    key = tmp_path / "some.key"
    key.write_bytes(b"secret")
    key.chmod(mode)

    assert read_key(key) == b"secret"


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"gone\.key"):
        read_key(tmp_path / "gone.key")
