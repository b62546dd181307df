import datetime as dt
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from support.builders.pki import Identity, Pki
from wissel.routing.facts import RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.trusted_path import TrustedPath
from wissel.server.identity.crls import GRACE, RevocationLists
from wissel.server.identity.revocation_list import TrustFileError
from wissel.server.identity.trust import HubTrust

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def noord(pki: Pki) -> Identity:
    return pki.issue("noord")


@pytest.fixture(scope="module")
def path(pki: Pki, noord: Identity) -> TrustedPath:
    trust = Trust.from_pem(pki.roots.read_bytes())
    return trust.path(noord.chain_der, Purpose.CLIENT, pki.now)


def refused_by(lists: RevocationLists, path: TrustedPath, at: dt.datetime) -> str:
    with pytest.raises(Refused) as caught:
        lists.check(path, at)
    return caught.value.reason


def test_without_lists_nothing_is_revoked(path: TrustedPath, pki: Pki) -> None:
    lists = RevocationLists([])

    lists.check(path, pki.now)

    assert not lists.stale(pki.now)


def test_a_list_revokes_what_it_names(pki: Pki, noord: Identity, path: TrustedPath) -> None:
    other = pki.issue("other")

    RevocationLists([pki.crl("fine", other.leaf)]).check(path, pki.now)
    lists = RevocationLists([pki.crl("bad", noord.leaf)])

    assert refused_by(lists, path, pki.now) == "CERTIFICATE_REVOKED"


def test_a_list_of_the_root_revokes_an_intermediate(pki: Pki, path: TrustedPath) -> None:
    lists = RevocationLists(
        [pki.crl("root", pki.intermediate.certificate, authority=pki.root), pki.crl("leaves")]
    )

    assert refused_by(lists, path, pki.now) == "CERTIFICATE_REVOKED"


def test_a_list_of_another_authority_does_not_count(
    pki: Pki, noord: Identity, path: TrustedPath
) -> None:
    other = pki.authority("other", under=pki.root)
    lists = RevocationLists([pki.crl("elsewhere", noord.leaf, authority=other)])

    lists.check(path, pki.now)


def test_a_list_with_a_forged_signature_leaves_it_unknown(
    pki: Pki, path: TrustedPath, tmp_path: Path
) -> None:
    forged = pki.look_alike(tmp_path).crl("forged")

    assert refused_by(RevocationLists([forged]), path, pki.now) == "REVOCATION_UNKNOWN"


def test_a_forged_list_beside_the_genuine_one_changes_nothing(
    pki: Pki, noord: Identity, path: TrustedPath, tmp_path: Path
) -> None:
    forged = pki.look_alike(tmp_path).crl("forged", this_update=pki.now)
    genuine = pki.crl("genuine", noord.leaf)

    assert refused_by(RevocationLists([forged, genuine]), path, pki.now) == "CERTIFICATE_REVOKED"


def test_the_newest_list_of_an_authority_counts(
    pki: Pki, noord: Identity, path: TrustedPath
) -> None:
    old = pki.crl("old", this_update=pki.now - DAY)
    new = pki.crl("new", noord.leaf)

    assert refused_by(RevocationLists([new, old]), path, pki.now) == "CERTIFICATE_REVOKED"


def test_past_next_update_there_is_a_day_of_warning(pki: Pki, path: TrustedPath) -> None:
    until = (pki.now + DAY).replace(microsecond=0)
    lists = RevocationLists([pki.crl("ageing", next_update=until)])

    lists.check(path, until)
    assert not lists.stale(until)
    lists.check(path, until + GRACE)
    assert lists.stale(until + SECOND)
    assert refused_by(lists, path, until + GRACE + SECOND) == "REVOCATION_UNKNOWN"


def test_a_list_is_read_again_when_its_file_changes(
    pki: Pki, noord: Identity, path: TrustedPath
) -> None:
    lists = RevocationLists([pki.crl("changing")])
    lists.check(path, pki.now)

    pki.crl("changing", noord.leaf, this_update=pki.now)
    lists.check(path, pki.now)
    lists.refresh(pki.now)

    assert refused_by(lists, path, pki.now) == "CERTIFICATE_REVOKED"


@pytest.mark.parametrize("damage", ["removed", "broken"])
def test_a_file_that_goes_bad_keeps_its_last_list(
    pki: Pki, noord: Identity, path: TrustedPath, damage: str
) -> None:
    file = pki.crl("going-bad", noord.leaf)
    lists = RevocationLists([file])

    if damage == "removed":
        file.unlink()
    else:
        file.write_bytes(b"half a li")
    lists.refresh(pki.now + 2 * DAY)

    assert refused_by(lists, path, pki.now) == "CERTIFICATE_REVOKED"
    assert lists.stale(pki.now + 2 * DAY)


def test_der_is_read_as_well(pki: Pki, noord: Identity, path: TrustedPath) -> None:
    file = pki.crl("der", noord.leaf)
    file.write_bytes(x509.load_pem_x509_crl(file.read_bytes()).public_bytes(Encoding.DER))

    assert refused_by(RevocationLists([file]), path, pki.now) == "CERTIFICATE_REVOKED"


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN X509 CRL-----\n"])
def test_a_file_that_is_no_list_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x.crl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(TrustFileError, match=r"x\.crl"):
        RevocationLists([file])


def _partial(point: bool) -> x509.ExtensionType:
    if not point:
        return x509.DeltaCRLIndicator(1)
    name = x509.UniformResourceIdentifier("http://crl.example/a")
    return x509.IssuingDistributionPoint([name], None, False, False, None, True, False)


@pytest.mark.parametrize("point", [True, False], ids=["indirect", "delta"])
def test_a_list_that_says_only_a_part_is_refused(pki: Pki, tmp_path: Path, point: bool) -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki.intermediate.certificate.subject)
        .last_update(pki.now)
        .next_update(pki.now + DAY)
        .add_extension(_partial(point), critical=True)
    )
    file = tmp_path / "part.crl"
    signed = builder.sign(pki.intermediate.private_key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(Encoding.PEM))

    with pytest.raises(TrustFileError, match="too little"):
        RevocationLists([file])


def test_the_trust_of_the_hub_asks_lists_and_register(pki: Pki, noord: Identity) -> None:
    file = pki.crl("hub")
    trust = HubTrust.read(pki.roots, [file])
    path = trust.path(noord.chain_der, Purpose.SIGNER, pki.now)
    refusing = trust.checking({(RevocationTarget.CERTIFICATE_SHA256, path.leaf_sha256)})

    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        refusing.path(noord.chain_der, Purpose.SIGNER, pki.now)
    with pytest.raises(Refused, match="CERTIFICATE_EXPIRED"):
        trust.check(path, frozenset(), path.not_after + SECOND)
    pki.crl("hub", noord.leaf, this_update=pki.now)
    os.utime(file, (1, 1))
    trust.lists.refresh(pki.now)
    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        trust.path(noord.chain_der, Purpose.SIGNER, pki.now)
    assert not trust.stale(pki.now)


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_roots_that_cannot_be_read_stop_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(TrustFileError, match=r"roots\.pem"):
        HubTrust.read(file)
