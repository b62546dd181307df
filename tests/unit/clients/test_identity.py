"""An identity says what is wrong with its files, and follows a renewal."""

import shutil
from pathlib import Path

import pytest

from support.builders.pki import Identity as Issued
from support.builders.pki import Pki
from wissel.clients import Identity, IdentityError
from wissel.clients.testing.cast import NOORD, ZUID


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path / "pki")


@pytest.fixture
def issued(pki: Pki) -> Issued:
    return pki.issue("noord")


def load(issued: Issued) -> Identity:
    return Identity.load(issued.certificate, issued.key, issued.roots)


def test_the_oin_is_that_of_the_certificate(issued: Issued) -> None:
    assert load(issued).oin == NOORD.oin


def test_a_key_that_others_may_read_is_refused(issued: Issued) -> None:
    issued.key.chmod(0o644)

    with pytest.raises(IdentityError, match=r"chmod 6[04]0"):
        load(issued)


def test_a_key_of_another_certificate_is_refused(pki: Pki, issued: Issued) -> None:
    other = pki.issue("zuid", oin=ZUID.oin)

    with pytest.raises(IdentityError, match="not that of the certificate"):
        Identity.load(issued.certificate, other.key, issued.roots)


@pytest.mark.parametrize("which", ["certificate", "key", "roots"])
@pytest.mark.parametrize("content", [None, b"", b"no PEM"])
def test_a_file_that_cannot_be_used_is_named(
    issued: Issued, which: str, content: bytes | None
) -> None:
    path: Path = getattr(issued, which)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    with pytest.raises(IdentityError, match=path.name):
        load(issued)


def test_a_certificate_without_an_oin_is_refused(pki: Pki) -> None:
    with pytest.raises(IdentityError, match="OIN_MISSING"):
        load(pki.issue("none", oins=()))


def test_a_renewal_is_followed_once_it_is_complete(pki: Pki, issued: Issued) -> None:
    identity = load(issued)
    before = identity.current()
    renewed = pki.issue("renewed")
    shutil.copy(renewed.certificate, issued.certificate)

    halfway = identity.current()
    shutil.copy(renewed.key, issued.key)
    after = identity.current()

    assert halfway is before
    assert after.leaf == renewed.leaf
    assert identity.current() is after


def test_a_signing_pair_of_its_own_signs(pki: Pki, issued: Issued) -> None:
    signing = pki.signer("noord-signing", key="Ed25519")

    identity = Identity.load(
        issued.certificate,
        issued.key,
        issued.roots,
        signing_certificate=signing.certificate,
        signing_key=signing.key,
    )

    assert identity.current().signer.chain == signing.chain_der


def test_half_a_signing_pair_is_refused(issued: Issued) -> None:
    with pytest.raises(IdentityError, match="go together"):
        Identity.load(issued.certificate, issued.key, issued.roots, signing_key=issued.key)
