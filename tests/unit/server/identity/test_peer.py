import datetime as dt
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from support.builders.pki import Identity, Pki
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.facts import RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.trusted_path import Revoked, revocation_names
from wissel.server.identity.peer import AuthContext, Peers
from wissel.server.identity.trust import HubTrust

SECOND = dt.timedelta(seconds=1)


class Clock:
    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def clock(pki: Pki) -> Clock:
    return Clock(pki.now)


@pytest.fixture
def peers(pki: Pki, clock: Clock) -> Peers:
    return Peers(HubTrust.read(pki.roots), clock)


NOTHING: Final[Revoked] = frozenset()


def shown(identity: Identity, *others: x509.Certificate) -> AuthContext:
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (*identity.chain[1:], *others))
    return {"x509_pem_cert": [identity.leaf_pem], "x509_pem_cert_chain": [chain]}


def test_a_peer_is_the_oin_of_its_leaf(peers: Peers, pki: Pki) -> None:
    noord = pki.issue("noord", oin=NOORD.oin)

    peer = peers.identify(shown(noord), NOTHING)

    assert peer.oin == NOORD.oin
    assert peer.not_after == noord.leaf.not_valid_after_utc
    assert len(peer.leaf_sha256) == 64


def test_the_second_call_finds_the_same_peer(peers: Peers, pki: Pki) -> None:
    noord = pki.issue("noord")

    first = peers.identify(shown(noord), NOTHING)
    second = peers.identify(shown(noord), NOTHING)

    assert first is second


def test_what_else_was_sent_gives_no_identity(peers: Peers, pki: Pki) -> None:
    hub = pki.issue("hub", oin=HUB.oin)
    bare = pki.issue("bare", oins=())

    with pytest.raises(Refused, match="OIN_MISSING"):
        peers.identify(shown(bare, hub.leaf), NOTHING)


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_certificate_identifies(peers: Peers, pki: Pki, count: int) -> None:
    noord = pki.issue("noord")

    with pytest.raises(Refused, match="CERTIFICATE_MISSING"):
        peers.identify({"x509_pem_cert": [noord.leaf_pem] * count}, NOTHING)


def test_a_connection_without_tls_has_no_identity(peers: Peers) -> None:
    with pytest.raises(Refused, match="CERTIFICATE_MISSING"):
        peers.identify({}, NOTHING)


@pytest.mark.parametrize("pem", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\n"])
def test_what_cannot_be_read_is_no_certificate(peers: Peers, pem: bytes) -> None:
    with pytest.raises(Refused, match="CERTIFICATE_MISSING"):
        peers.identify({"x509_pem_cert": [pem]}, NOTHING)


def test_unreadable_candidates_do_not_stand_in_the_way(peers: Peers, pki: Pki) -> None:
    noord = pki.issue("noord", authority=pki.root)

    context = {"x509_pem_cert": [noord.leaf_pem], "x509_pem_cert_chain": [b"nothing"]}

    assert peers.identify(context, NOTHING).oin == NOORD.oin


def test_a_certificate_that_expires_meanwhile_is_refused(
    peers: Peers, pki: Pki, clock: Clock
) -> None:
    noord = pki.issue("noord", not_after=pki.now + 10 * SECOND)
    peer = peers.identify(shown(noord), NOTHING)

    clock.now += 12 * SECOND

    with pytest.raises(Refused, match="CERTIFICATE_EXPIRED"):
        peers.still_valid(peer, NOTHING)
    with pytest.raises(Refused, match="CERTIFICATE_EXPIRED"):
        peers.identify(shown(noord), NOTHING)


@pytest.mark.parametrize("element", [0, 1], ids=["leaf", "intermediate"])
def test_a_certificate_that_is_revoked_meanwhile_is_refused(
    peers: Peers, pki: Pki, element: int
) -> None:
    noord = pki.issue("noord")
    revoked: set[tuple[RevocationTarget, str]] = set()
    peer = peers.identify(shown(noord), revoked)
    revoked.update(revocation_names(noord.chain[element]))

    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        peers.still_valid(peer, revoked)
    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        peers.identify(shown(noord), revoked)


def test_a_renewed_intermediate_replaces_a_revoked_one(peers: Peers, pki: Pki) -> None:
    """The leaf stays; only the certificate of its issuer is another one now."""
    noord = pki.issue("noord")
    peers.identify(shown(noord), NOTHING)
    renewed = _reissued(pki)
    names = revocation_names(pki.intermediate.certificate)
    revoked = {each for each in names if each[0] is RevocationTarget.ISSUER_SERIAL}
    context = {
        "x509_pem_cert": [noord.leaf_pem],
        "x509_pem_cert_chain": [renewed.public_bytes(Encoding.PEM)],
    }

    assert peers.identify(context, revoked).path.chain[1] == renewed


def test_a_renewed_leaf_is_the_same_party(peers: Peers, pki: Pki) -> None:
    before = peers.identify(shown(pki.issue("zuid", oin=ZUID.oin)), NOTHING)
    after = peers.identify(shown(pki.issue("zuid", oin=ZUID.oin)), NOTHING)

    assert before.oin == after.oin == ZUID.oin
    assert before.leaf_sha256 != after.leaf_sha256


def test_a_refusal_is_not_remembered(peers: Peers, pki: Pki) -> None:
    noord = pki.issue("noord")
    with pytest.raises(Refused, match="CERTIFICATE_UNTRUSTED"):
        peers.identify({"x509_pem_cert": [noord.leaf_pem]}, NOTHING)

    assert peers.identify(shown(noord), NOTHING).oin == NOORD.oin


def test_a_foreign_root_is_refused(peers: Peers, pki: Pki, tmp_path: Path) -> None:
    alike = pki.look_alike(tmp_path).issue("noord")

    with pytest.raises(Refused, match="CERTIFICATE_UNTRUSTED"):
        peers.identify(shown(alike, pki.intermediate.certificate), NOTHING)


def _reissued(pki: Pki) -> x509.Certificate:
    old, root = pki.intermediate.certificate, pki.root
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(root.certificate.subject)
        .public_key(pki.intermediate.private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(root.private_key, hashes.SHA256())
