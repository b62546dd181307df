"""Certificates and revocation lists as bytes: from what a peer shows to its OIN."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from fuzz.issuing import ATTRIBUTES, EXTENSIONS, TIMES, certificate, pem, revocation_list
from fuzz.shaping import joined, piece, pieces
from fuzz.target import Target, told
from fuzz.world import (
    HUB_LEAF,
    ISSUER,
    ISSUER_DER,
    NOORD_LEAF,
    PUBLIC_KEYS,
    STRANGER_KEY,
    TRUST,
    ZUID_LEAF,
    folder,
    hub_trust,
)
from support.builders.envelopes import NOW
from wissel.clients.las.trust import caller_of
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import UNREADABLE, Purpose
from wissel.routing.signing.certificates import oin_of
from wissel.routing.signing.dsse import ENVELOPE_HEADER, Signature, Signed, verify
from wissel.routing.signing.trusted_path import TrustedPath, revocation_problem, validity_problem
from wissel.routing.values.identifiers import Oin
from wissel.server.identity.crls import RevocationLists
from wissel.server.identity.peer import AuthContext, Peers
from wissel.server.identity.revocation_list import TrustFileError

_OWNERS: Final = {HUB_LEAF: HUB.oin, NOORD_LEAF: NOORD.oin, ZUID_LEAF: ZUID.oin}
_CERTIFICATE: Final = b"CERTIFICATE"
_LONG_AGO: Final = NOW - dt.timedelta(days=3650)
_INSTANTS: Final = (NOW, _LONG_AGO, NOW + dt.timedelta(days=3650))


def _shown(data: bytes) -> tuple[AuthContext, tuple[bytes, ...]]:
    """Return what a connection shows, and the same as the chain of a signature."""
    mode, rest = data[0] % 5, data[1:]
    known, issuer = pem(_CERTIFICATE, NOORD_LEAF), pem(_CERTIFICATE, ISSUER_DER)
    forged = certificate(rest, STRANGER_KEY)
    match mode:
        case 0:
            return _context(rest, issuer), (rest, ISSUER_DER)
        case 1:
            return _context(pem(_CERTIFICATE, rest), issuer), (rest, ISSUER_DER)
        case 2:
            return _context(known, rest), (NOORD_LEAF, rest, ISSUER_DER)
        case 3:
            others = [content for _, content in pieces(rest)]
            blocks = b"".join(pem(_CERTIFICATE, each) for each in others)
            return _context(known, blocks, issuer), (NOORD_LEAF, *others, ISSUER_DER)
        case _:
            return _context(pem(_CERTIFICATE, forged), issuer), (NOORD_LEAF, forged, ISSUER_DER)


def _context(leaf: bytes, *others: bytes) -> AuthContext:
    return {"x509_pem_cert": [leaf], "x509_pem_cert_chain": list(others)}


def _check_peer(data: bytes) -> str:
    """Show a certificate to the hub, to a client and in a signature."""
    if not data:
        return "nothing"
    auth, chain = _shown(data)
    outcomes = []
    try:
        peer = Peers(hub_trust(), lambda: NOW).identify(auth, frozenset())
        outcomes.append(f"peer {peer.oin}")
        assert peer.oin in _OWNERS.values(), "an OIN that nobody was given"
        assert caller_of(auth, TRUST, NOW) == peer.oin
    except Refused as refused:
        outcomes.append(told(refused))
    outcomes += (_judged(chain, Purpose.SIGNER, at) for at in (NOW, _LONG_AGO))
    return "; ".join(outcomes)


def _judged(chain: tuple[bytes, ...], purpose: Purpose, at: dt.datetime) -> str:
    try:
        found = TRUST.path(chain, purpose, at)
    except Refused as refused:
        return told(refused)
    assert found.leaf == x509.load_der_x509_certificate(chain[0])
    _require_sound(found, at)
    return f"{purpose.name} accepted"


def _require_sound(path: TrustedPath, at: dt.datetime) -> None:
    """A path that was found holds, has the one OIN of its leaf, and can be revoked by name."""
    numbers = path.leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert [str(each.value) for each in numbers] == [path.oin]
    assert Oin.parse(path.oin) == path.oin
    assert validity_problem(path, at) is None
    assert path.not_before <= at < path.ends
    assert revocation_problem(path, frozenset()) is None
    for name in path.names:
        assert revocation_problem(path, frozenset({name})) is not None


def _require_one_oin(der: bytes) -> None:
    """Whatever else is wrong with a certificate: if it gives an OIN, that is the only number."""
    try:
        read = x509.load_der_x509_certificate(der)
        oin = oin_of(read)
    except (Refused, *UNREADABLE):
        return
    names = [name for part in read.subject.rdns for name in part]
    assert [each.value for each in names if each.oid == NameOID.SERIAL_NUMBER] == [oin]
    assert Oin.pattern.fullmatch(oin)


def _check_issued(data: bytes) -> str:
    """Judge a certificate that a trusted authority issued, however strange it is."""
    leaf = certificate(data)
    _require_one_oin(leaf)
    chain = (leaf, ISSUER_DER)
    outcomes = {_judged(chain, Purpose.SERVER, at) for at in (NOW, _LONG_AGO)}
    try:
        auth = _context(pem(_CERTIFICATE, leaf), pem(_CERTIFICATE, ISSUER_DER))
        peer = Peers(hub_trust(), lambda: NOW).identify(auth, frozenset())
        _require_sound(peer.path, NOW)
        outcomes.add("peer")
    except Refused as refused:
        outcomes.add(told(refused))
    forged = Signed(
        payload=b"x",
        payload_type=ENVELOPE_HEADER,
        signatures=(Signature(sig=data[:80], chain=chain),),
    )
    try:
        verify(forged, ENVELOPE_HEADER, TRUST, NOW)
    except Refused as refused:
        outcomes.add(told(refused))
    else:
        raise AssertionError("a signature that nobody made")
    return "; ".join(sorted(outcomes))


_PATH: Final = TRUST.path((NOORD_LEAF, ISSUER_DER), Purpose.CLIENT, NOW)


def _check_revocations(data: bytes) -> str:
    """Read a file as a list of revocations: PEM or DER, raw for 0 and 1, else by pieces."""
    if not data:
        return "nothing"
    mode, rest = data[0] % 4, data[1:]
    content = rest if mode < 2 else revocation_list(rest)
    file = folder() / "list.crl"
    file.write_bytes(pem(b"X509 CRL", content) if mode % 2 else content)
    try:
        lists = RevocationLists([file])
    except TrustFileError as error:
        return str(error).rpartition(": ")[2]
    outcomes = {_asked(lists, at) for at in _INSTANTS}
    lists.refresh(NOW)
    return "; ".join(sorted(outcomes))


def _asked(lists: RevocationLists, at: dt.datetime) -> str:
    lists.stale(at)
    try:
        lists.check(_PATH, at)
    except Refused as refused:
        return told(refused)
    return "passes"


_ODD: Final = (b"", b"\0", b"\xff", b"\x30\x00", b"\x30\x03\x02\x01\x05", b"\x30\x03\x02\x01\x01")
_ODD_OINS: Final = (b"", NOORD.oin.encode(), b"x", b"\xff\xfe", b"1" * 3000)


def _issued_seeds() -> Iterable[bytes]:
    yield b""
    for serial in (b"", b"\0", b"\xff", b"\x7f" * 20, b"\x80" * 30):
        yield piece(0, serial)
    for moment in range(len(TIMES)):
        yield piece(1, bytes([moment]))
        yield piece(2, bytes([moment]))
    for kind in range(len(ATTRIBUTES)):
        for tag in (0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E, 0x03, 0x02):
            yield from (piece(3, bytes([kind, tag]) + each) for each in _ODD_OINS)
    yield piece(4, b"")
    for key in range(len(PUBLIC_KEYS)):
        yield piece(5, bytes([key]))
    for kind in range(len(EXTENSIONS)):
        for critical in (0, 1):
            for odd in _ODD:
                yield joined([(10, b"\1"), (7, bytes([kind, critical]) + odd)])
    for count in range(4):
        yield piece(10, bytes([count]))
    yield piece(9, b"")
    yield piece(11, b"\0")


def _peer_seeds() -> Iterable[bytes]:
    for leaf in (NOORD_LEAF, ZUID_LEAF, HUB_LEAF, ISSUER_DER):
        yield b"\0" + pem(_CERTIFICATE, leaf)
        yield b"\1" + leaf
        yield b"\2" + pem(_CERTIFICATE, leaf) * 3
    yield b"\3" + joined([(0, ISSUER_DER)] * 20)
    for moment in range(len(TIMES)):
        forged = certificate(piece(1, bytes([moment])), STRANGER_KEY)
        yield b"\3" + joined([(0, forged)])
        yield b"\4" + piece(1, bytes([moment]))
    yield b"\4" + piece(0, b"\xff")
    yield b"\4" + piece(11, b"\1")
    yield b"\4" + piece(3, b"\0\x0c\xff\xfe")


def _revocation_seeds() -> Iterable[bytes]:
    leaf = x509.load_der_x509_certificate(NOORD_LEAF)
    serial = leaf.serial_number.to_bytes(2, "big")
    yield b"\0" + revocation_list(b"")
    yield b"\1" + revocation_list(b"")
    yield b"\2"
    yield b"\3" + piece(4, serial)
    yield b"\2" + piece(4, bytes([leaf.serial_number]))
    yield b"\2" + piece(9, b"")
    yield b"\2" + piece(10, b"\7")
    for moment in range(len(TIMES)):
        yield b"\2" + piece(0, bytes([moment]))
        yield b"\2" + piece(1, bytes([moment]))
    for kind in range(len(EXTENSIONS)):
        for odd in _ODD:
            yield b"\2" + piece(7, bytes([kind, 1]) + odd)
            yield b"\2" + piece(6, bytes([kind, 0]) + odd)
            yield b"\2" + joined([(7, bytes([kind, 0]) + odd)] * 2)
    yield b"\2" + piece(3, b"\1\x0c\xff\xfe")
    yield b"\2" + piece(5, ISSUER.subject.public_bytes())


TARGETS: Final = (
    Target(name="peer", check=_check_peer, seeds=_peer_seeds, max_bytes=8192),
    Target(name="issued", check=_check_issued, seeds=_issued_seeds, max_bytes=1024),
    Target(name="revocations", check=_check_revocations, seeds=_revocation_seeds, max_bytes=1024),
)
