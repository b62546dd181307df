"""One chain is chosen by names and key identifiers: what is presented costs a bounded effort."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.builders.pki import Pki
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.path_choice import (
    MAX_CANDIDATES,
    MAX_CHAINS,
    MAX_INTERMEDIATES,
    chains,
    is_costly,
)
from wissel.routing.signing.trusted_path import REFUSED_SECONDS, CachedPathFinder, TrustedPath

KEYS: Final = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Crafted:
    """What somebody writes into a certificate of its own: names, a key, and key identifiers."""

    subject: int
    issuer: int
    key: int
    own_key: int | None
    issuer_key: int | None


crafted = st.builds(
    Crafted,
    subject=st.integers(0, 3),
    issuer=st.integers(0, 3),
    key=st.integers(0, 3),
    own_key=st.none() | st.integers(0, 3),
    issuer_key=st.none() | st.integers(0, 3),
)


class World:
    """A genuine chain, and certificates that pretend to belong to it."""

    def __init__(self, pki: Pki) -> None:
        self.pki = pki
        self.leaf = pki.issue("noord")
        self.names = [
            pki.intermediate.certificate.subject,
            pki.root.certificate.subject,
            *(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in "ab"),
        ]
        self.keys = [pki.intermediate.certificate.public_key(), *(k.public_key() for k in KEYS)]

    def craft(self, each: Crafted) -> x509.Certificate:
        """Return the certificate, signed by whom it is not said to be."""
        key = self.keys[each.key]
        assert isinstance(key, ec.EllipticCurvePublicKey)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.names[each.subject])
            .issuer_name(self.names[each.issuer])
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.pki.now - DAY)
            .not_valid_after(self.pki.now + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        )
        if each.own_key is not None:
            own = self._identifier(each.own_key)
            builder = builder.add_extension(x509.SubjectKeyIdentifier(own), critical=False)
        if each.issuer_key is not None:
            identifier = x509.AuthorityKeyIdentifier(self._identifier(each.issuer_key), None, None)
            builder = builder.add_extension(identifier, critical=False)
        return builder.sign(KEYS[0], hashes.SHA256())

    def _identifier(self, number: int) -> bytes:
        key = self.keys[number]
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return x509.SubjectKeyIdentifier.from_public_key(key).digest


class CountingTrust(Trust):
    """Counts the chains of which signatures are verified."""

    count = 0

    def _verifies(self, chain: list[x509.Certificate], at: dt.datetime) -> bool:
        self.count += 1
        return super()._verifies(chain, at)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(Pki.create(tmp_path_factory.mktemp("pki")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forest=st.lists(crafted, max_size=12))
def test_whatever_is_presented_few_chains_are_verified_and_none_twice(
    world: World, forest: list[Crafted]
) -> None:
    presented = [world.craft(each) for each in forest]
    leaf, root = world.leaf.leaf, world.pki.root.certificate

    found = list(chains(leaf, presented, [root], world.pki.now))

    assert len(found) <= MAX_CHAINS
    assert all(chain[0] == leaf and chain[-1] == root for chain in found)
    assert all(len(chain) <= MAX_INTERMEDIATES + 2 for chain in found)
    used = [id(each) for chain in found for each in chain[1:-1]]
    assert len(set(used)) == len(used)
    assert all(each in presented[:MAX_CANDIDATES] for chain in found for each in chain[1:-1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forest=st.lists(crafted, max_size=8), at=st.integers(0, 8))
def test_what_is_trusted_is_the_genuine_path_and_costs_no_more(
    world: World, forest: list[Crafted], at: int
) -> None:
    presented = [world.craft(each) for each in forest]
    presented.insert(at, world.pki.intermediate.certificate)
    trust = CountingTrust([world.pki.root.certificate])
    chain = [each.public_bytes(Encoding.DER) for each in (world.leaf.leaf, *presented)]

    found = outcome(trust, chain, world.pki.now)

    assert found in {world.pki.intermediate.certificate, Reason.CERTIFICATE_UNTRUSTED}
    assert trust.count <= MAX_CHAINS


def outcome(trust: Trust, chain: list[bytes], at: dt.datetime) -> x509.Certificate | Reason:
    """Return the issuer on the path, or why there is no path."""
    try:
        return trust.path(chain, Purpose.CLIENT, at).chain[1]
    except Refused as refused:
        return refused.reason


def test_of_two_certificates_of_one_authority_the_valid_one_is_chosen(world: World) -> None:
    pki = world.pki
    expired = pki.authority("Wissel test intermediate", under=pki.root, expired=True)
    presented = [expired.certificate, pki.intermediate.certificate]

    first = next(chains(world.leaf.leaf, presented, [pki.root.certificate], pki.now))

    assert first == [world.leaf.leaf, pki.intermediate.certificate, pki.root.certificate]


@pytest.mark.parametrize(
    ("key", "costly"),
    [
        (rsa.generate_private_key(65537, 2048), False),
        (rsa.generate_private_key(65537, 4104), True),
        (ec.generate_private_key(ec.SECP384R1()), False),
        (ec.generate_private_key(ec.SECP521R1()), True),
    ],
    ids=["RSA-2048", "RSA-4104", "P-384", "P-521"],
)
def test_costly_keys_are_known_and_refused_before_anything_is_verified(
    world: World, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, costly: bool
) -> None:
    name = world.names[2]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(world.pki.root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(world.pki.now - DAY)
        .not_valid_after(world.pki.now + DAY)
        .sign(key, hashes.SHA256())
    )
    trust = CountingTrust([world.pki.root.certificate])

    with pytest.raises(Refused) as caught:
        trust.path([certificate.public_bytes(Encoding.DER)], Purpose.CLIENT, world.pki.now)

    assert is_costly(certificate) is costly
    assert trust.count == (0 if costly else 1)
    expected = Reason.CERTIFICATE_UNSUITABLE if costly else Reason.CERTIFICATE_UNTRUSTED
    assert caught.value.reason == expected


def test_a_refused_chain_is_not_judged_again_for_a_moment(world: World) -> None:
    trust = CountingTrust([world.pki.root.certificate])
    finder = CachedPathFinder(trust)
    forged = world.craft(Crafted(subject=2, issuer=1, key=1, own_key=None, issuer_key=None))
    chain = [forged.public_bytes(Encoding.DER)]

    for seconds in (0, 1, 4.9):
        at = world.pki.now + dt.timedelta(seconds=seconds)
        with pytest.raises(Refused, match="CERTIFICATE_UNTRUSTED"):
            finder.path(chain, Purpose.CLIENT, at)
    before = trust.count
    with pytest.raises(Refused, match="CERTIFICATE_UNTRUSTED"):
        finder.path(chain, Purpose.CLIENT, world.pki.now + REFUSED_SECONDS)

    assert (1, 2) == (before, trust.count)
    genuine: TrustedPath = finder.path(world.leaf.chain_der, Purpose.CLIENT, world.pki.now)
    assert genuine.leaf == world.leaf.leaf
