import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.builders.pki import CLIENT_AUTH, SERVER_AUTH, Authority, Identity, Pki, PrivateKey
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust, chain_from_pem, oin_of

CLIENT, SERVER, SIGNER = Purpose.CLIENT, Purpose.SERVER, Purpose.SIGNER
TOO_SHORT = 1024
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.from_pem(pki.roots.read_bytes())


def reason_of(trust: Trust, identity: Identity, purpose: Purpose, at: dt.datetime) -> Reason:
    with pytest.raises(Refused) as caught:
        trust.path(identity.chain_der, purpose, at)
    return caught.value.reason


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("key", ["P-256", "P-384", "RSA-2048"])
def test_a_good_certificate_serves_every_purpose(
    pki: Pki, trust: Trust, key: Any, purpose: Purpose
) -> None:
    identity = pki.issue("good", oin=NOORD.oin, key=key)

    path = trust.path(identity.chain_der, purpose, pki.now)

    assert path.oin == NOORD.oin
    assert path.leaf == identity.leaf
    assert path.chain == (*identity.chain, pki.root.certificate)
    assert path.not_after == identity.leaf.not_valid_after_utc


def test_a_client_needs_no_san(pki: Pki, trust: Trust) -> None:
    identity = pki.issue("no-san", dns=())

    assert trust.path(identity.chain_der, CLIENT, pki.now).oin == NOORD.oin


@pytest.mark.parametrize("key", ["P-256", "P-384", "Ed25519", "RSA-2048"])
def test_a_signer_needs_no_extended_key_usage(pki: Pki, trust: Trust, key: Any) -> None:
    identity = pki.signer("signer", key=key)

    assert trust.path(identity.chain_der, SIGNER, pki.now).oin == NOORD.oin


@pytest.mark.parametrize(
    ("faults", "purpose", "reason"),
    [
        ({"expired": True}, CLIENT, Reason.CERTIFICATE_EXPIRED),
        ({"future": True}, CLIENT, Reason.CERTIFICATE_NOT_YET_VALID),
        ({"ca": True}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"ca": True}, SIGNER, Reason.CERTIFICATE_UNSUITABLE),
        ({"key": "RSA-1024"}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"key": "P-224"}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"key": "Ed25519"}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"key": "RSA-1024"}, SIGNER, Reason.ALGORITHM_NOT_ALLOWED),
        ({"key": "P-224"}, SIGNER, Reason.ALGORITHM_NOT_ALLOWED),
        ({"key": "P-521"}, SIGNER, Reason.ALGORITHM_NOT_ALLOWED),
        ({"ekus": ()}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"ekus": ()}, SERVER, Reason.CERTIFICATE_UNSUITABLE),
        ({"ekus": (SERVER_AUTH,)}, CLIENT, Reason.CERTIFICATE_UNSUITABLE),
        ({"ekus": (CLIENT_AUTH,)}, SERVER, Reason.CERTIFICATE_UNSUITABLE),
        (
            {"ekus": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)},
            CLIENT,
            Reason.CERTIFICATE_UNSUITABLE,
        ),
        ({"digital_signature": False}, SIGNER, Reason.CERTIFICATE_UNSUITABLE),
        ({"oins": ()}, CLIENT, Reason.OIN_MISSING),
        ({"oins": (NOORD.oin, ZUID.oin)}, CLIENT, Reason.OIN_AMBIGUOUS),
        ({"oins": (NOORD.oin, NOORD.oin)}, CLIENT, Reason.OIN_AMBIGUOUS),
        ({"oins": (NOORD.oin, "12345")}, CLIENT, Reason.OIN_AMBIGUOUS),
        ({"oins": (NOORD.oin[:-1],)}, CLIENT, Reason.OIN_MALFORMED),
        ({"oins": (NOORD.oin + "0",)}, CLIENT, Reason.OIN_MALFORMED),
        ({"oins": (f" {NOORD.oin}",)}, CLIENT, Reason.OIN_MALFORMED),
        ({"oins": ("0000000399000001000a",)}, CLIENT, Reason.OIN_MALFORMED),
        ({"oins": (f"OIN:{NOORD.oin}",)}, SIGNER, Reason.OIN_MALFORMED),
    ],
    ids=str,
)
def test_a_bad_certificate_is_refused(
    pki: Pki, trust: Trust, faults: dict[str, Any], purpose: Purpose, reason: Reason
) -> None:
    identity = pki.issue("bad", **faults)

    assert reason_of(trust, identity, purpose, pki.now) is reason


def test_an_oin_in_an_appended_certificate_does_not_count(pki: Pki, trust: Trust) -> None:
    other = pki.issue("zuid", oin=ZUID.oin)
    bare = pki.issue("bare", oins=(), append=[other.leaf])
    named = pki.issue("named", oin=NOORD.oin, append=[other.leaf])

    assert reason_of(trust, bare, CLIENT, pki.now) is Reason.OIN_MISSING
    assert trust.path(named.chain_der, CLIENT, pki.now).oin == NOORD.oin


def test_two_oins_in_one_attribute_group_are_ambiguous(pki: Pki) -> None:
    group = x509.RelativeDistinguishedName(
        [x509.NameAttribute(NameOID.SERIAL_NUMBER, oin) for oin in (NOORD.oin, ZUID.oin)]
    )
    identity = pki.issue("group", subject=x509.Name([group]))

    with pytest.raises(Refused, match="OIN_AMBIGUOUS"):
        oin_of(identity.leaf)


@pytest.mark.parametrize("expired", [False, True])
def test_another_root_is_not_trusted(pki: Pki, trust: Trust, tmp_path: Path, expired: bool) -> None:
    foreign = Pki.create(tmp_path / "foreign", prefix="Other", now=pki.now)
    look_alike = pki.look_alike(tmp_path / "alike")

    for other in (foreign, look_alike):
        identity = other.issue("noord", expired=expired, append=[pki.intermediate.certificate])
        assert reason_of(trust, identity, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_a_root_that_the_peer_brings_is_only_a_candidate(
    trust: Trust, tmp_path: Path, pki: Pki
) -> None:
    foreign = Pki.create(tmp_path, prefix="Other", now=pki.now)
    identity = foreign.issue("noord", append=[foreign.root.certificate])

    assert reason_of(trust, identity, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_without_its_intermediate_there_is_no_path(pki: Pki, trust: Trust) -> None:
    identity = pki.issue("alone")

    with pytest.raises(Refused, match="CERTIFICATE_UNTRUSTED"):
        trust.path(identity.chain_der[:1], CLIENT, pki.now)


def test_the_order_of_the_candidates_does_not_matter(pki: Pki, trust: Trust) -> None:
    third = pki.authority("third", under=pki.intermediate)
    identity = pki.issue("deep", authority=third)
    leaf, *others = identity.chain_der
    junk = pki.issue("junk").chain_der[0]

    path = trust.path([leaf, b"no certificate", junk, *reversed(others)], CLIENT, pki.now)

    assert path.chain == (*identity.chain, pki.root.certificate)


def test_a_path_has_at_most_three_intermediates(pki: Pki, trust: Trust) -> None:
    third = pki.authority("third", under=pki.authority("second", under=pki.intermediate))
    fourth = pki.authority("fourth", under=third)

    assert len(trust.path(pki.issue("3", authority=third).chain_der, CLIENT, pki.now).chain) == 5
    too_long = pki.issue("4", authority=fourth)
    assert reason_of(trust, too_long, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_a_path_length_constraint_holds(pki: Pki, trust: Trust) -> None:
    last = pki.authority("last", under=pki.root, path_length=0)
    below = pki.issue("below", authority=pki.authority("below last", under=last))

    assert reason_of(trust, below, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_a_leaf_is_no_authority(pki: Pki, trust: Trust) -> None:
    leaf = pki.issue("leaf")
    forged = pki.issue(
        "forged",
        oin=ZUID.oin,
        authority=Authority(
            certificate=leaf.leaf,
            private_key=leaf.private_key,
            path=leaf.chain,
        ),
    )

    assert reason_of(trust, forged, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_an_intermediate_for_other_purposes_issues_no_clients(pki: Pki, trust: Trust) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    limited = authority(pki, key, x509.ExtendedKeyUsage([SERVER_AUTH]))
    identity = pki.issue("under-limited", authority=limited)

    assert reason_of(trust, identity, CLIENT, pki.now) is Reason.CERTIFICATE_UNSUITABLE
    assert trust.path(identity.chain_der, SERVER, pki.now).oin == NOORD.oin
    assert trust.path(identity.chain_der, SIGNER, pki.now).oin == NOORD.oin


@pytest.mark.parametrize("kind", ["short key", "may not issue", "no authority"])
def test_a_weak_authority_is_not_trusted(pki: Pki, trust: Trust, kind: str) -> None:
    strong = ec.generate_private_key(ec.SECP256R1())
    weak = {
        "short key": lambda: authority(pki, rsa.generate_private_key(65537, TOO_SHORT)),
        "may not issue": lambda: authority(pki, strong, issues=False),
        "no authority": lambda: authority(pki, strong, ca=False),
    }
    identity = pki.issue("under-weak", authority=weak[kind]())

    assert reason_of(trust, identity, CLIENT, pki.now) is Reason.CERTIFICATE_UNTRUSTED


def test_an_expired_intermediate_is_said_to_have_expired(pki: Pki, trust: Trust) -> None:
    old = pki.authority("old", under=pki.root, expired=True)
    identity = pki.issue("under-old", authority=old)

    assert reason_of(trust, identity, CLIENT, pki.now) is Reason.CERTIFICATE_EXPIRED


def test_a_root_itself_is_no_client(pki: Pki, trust: Trust) -> None:
    root = pki.root.certificate.public_bytes(Encoding.DER)

    with pytest.raises(Refused, match="CERTIFICATE_UNSUITABLE"):
        trust.path([root], CLIENT, pki.now)


@pytest.mark.parametrize(
    ("chain", "reason"),
    [([], Reason.CERTIFICATE_MISSING), ([b""], Reason.CERTIFICATE_UNSUITABLE)],
)
def test_no_certificate_at_all(trust: Trust, chain: list[bytes], reason: Reason, pki: Pki) -> None:
    with pytest.raises(Refused) as caught:
        trust.path(chain, CLIENT, pki.now)

    assert caught.value.reason is reason


def test_pem_without_a_certificate_is_missing() -> None:
    with pytest.raises(Refused, match="CERTIFICATE_MISSING"):
        chain_from_pem(b"nothing here")


def authority(
    pki: Pki,
    key: PrivateKey,
    *extensions: x509.ExtensionType,
    ca: bool = True,
    issues: bool = True,
) -> Authority:
    usage = [issues, not issues, False, False, False, issues, issues, False, False]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd authority")]))
        .issuer_name(pki.root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.now - DAY)
        .not_valid_after(pki.now + DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(*usage), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(pki.root.private_key, hashes.SHA256())
    return Authority(certificate=certificate, private_key=key, path=(certificate,))
