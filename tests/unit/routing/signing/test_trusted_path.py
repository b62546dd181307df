import datetime as dt

import pytest
from cryptography.hazmat.primitives import hashes

from support.builders.pki import CLIENT_AUTH, Pki
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.trusted_path import (
    CachedPathFinder,
    TrustedPath,
    revocation_names,
    revocation_problem,
)

CLIENT, SERVER = Purpose.CLIENT, Purpose.SERVER
_SHA256 = hashes.SHA256()
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.from_pem(pki.roots.read_bytes())


@pytest.mark.parametrize("remembered", [False, True])
def test_both_edges_of_the_validity(pki: Pki, trust: Trust, remembered: bool) -> None:
    leaf = pki.issue("edges")
    since, until = leaf.leaf.not_valid_before_utc, leaf.leaf.not_valid_after_utc
    paths = CachedPathFinder(trust) if remembered else trust

    for at in (since, until, until + 0.9 * SECOND):
        assert paths.path(leaf.chain_der, CLIENT, at).oin == NOORD.oin
    with pytest.raises(Refused, match="CERTIFICATE_NOT_YET_VALID"):
        paths.path(leaf.chain_der, CLIENT, since - SECOND)
    with pytest.raises(Refused, match="CERTIFICATE_EXPIRED"):
        paths.path(leaf.chain_der, CLIENT, until + SECOND)


def test_a_remembered_path_is_the_same_object(pki: Pki, trust: Trust) -> None:
    identity = pki.issue("again")
    paths = CachedPathFinder(trust)

    first = paths.path(identity.chain_der, CLIENT, pki.now)
    second = paths.path(list(identity.chain_der), CLIENT, pki.now + DAY)

    assert first is second


def test_a_remembered_path_is_for_its_purpose_only(pki: Pki, trust: Trust) -> None:
    identity = pki.issue("client-only", ekus=(CLIENT_AUTH,))
    paths = CachedPathFinder(trust)
    paths.path(identity.chain_der, CLIENT, pki.now)

    with pytest.raises(Refused, match="CERTIFICATE_UNSUITABLE"):
        paths.path(identity.chain_der, SERVER, pki.now)


@pytest.mark.parametrize("element", [0, 1, 2], ids=["leaf", "intermediate", "root"])
@pytest.mark.parametrize("target", list(RevocationTarget))
def test_every_element_can_be_revoked_by_every_name(
    pki: Pki, trust: Trust, element: int, target: RevocationTarget
) -> None:
    path = trust.path(pki.issue("revoked").chain_der, CLIENT, pki.now)
    name = dict(revocation_names(path.chain[element]))[target]

    problem = revocation_problem(path, {(target, name)})

    assert problem is not None
    assert problem.reason == "CERTIFICATE_REVOKED"
    assert problem.metadata == {"target": target, "value": name}


def test_what_nobody_revoked_stays(pki: Pki, trust: Trust) -> None:
    path: TrustedPath = trust.path(pki.issue("kept").chain_der, CLIENT, pki.now)

    assert revocation_problem(path, frozenset()) is None


def test_names_of_a_certificate_are_as_the_register_keeps_them(pki: Pki) -> None:
    leaf = pki.issue("names").leaf

    names = dict(revocation_names(leaf))

    assert names[RevocationTarget.ISSUER_SERIAL] == (
        f"CN=Wissel test intermediate#{leaf.serial_number:x}"
    )
    assert len(names[RevocationTarget.SPKI_SHA256]) == 64
    assert names[RevocationTarget.CERTIFICATE_SHA256] == leaf.fingerprint(_SHA256).hex()
