"""PEM files of a private key and its certificates: what a hub and a vendor sign with."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import load_der_x509_certificate

from fuzz.issuing import certificate, pem
from fuzz.shaping import joined, oid, piece, pieces, sequence, tlv
from fuzz.target import Target, told
from fuzz.world import (
    EDWARDS_KEY,
    ISSUER_DER,
    LEAF_KEY,
    NOORD_LEAF,
    PUBLIC_KEYS,
    ROOT,
    STRANGER_KEY,
    ZUID_LEAF,
    folder,
)
from wissel.clients.errors import IdentityError
from wissel.clients.identity import Identity
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing import keys
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import HUB_RECEIPT, Signer, pae
from wissel.routing.values.identifiers import Oin

_CERTIFICATE: Final = b"CERTIFICATE"
_LABELS: Final = (
    b"PRIVATE KEY",
    b"EC PRIVATE KEY",
    b"RSA PRIVATE KEY",
    b"DSA PRIVATE KEY",
    b"ENCRYPTED PRIVATE KEY",
    b"OPENSSH PRIVATE KEY",
    b"PUBLIC KEY",
    b"EC PARAMETERS",
)
_ALGORITHMS: Final = tuple(
    oid(each)
    for each in (
        "1.2.840.10045.2.1",  # EC
        "1.2.840.113549.1.1.1",  # RSA
        "1.2.840.113549.1.1.10",  # RSA for PSS alone
        "1.2.840.10040.4.1",  # DSA
        "1.2.840.113549.1.3.1",  # Diffie-Hellman
        "1.3.101.110",  # X25519
        "1.3.101.112",  # Ed25519
        "1.3.101.113",  # Ed448
        "2.16.840.1.101.3.4.3.18",  # ML-DSA-65
        "1.2.3.4",
    )
)
_CURVES: Final = tuple(
    oid(each)
    for each in (
        "1.2.840.10045.3.1.7",  # P-256
        "1.3.132.0.34",  # P-384
        "1.3.132.0.33",  # P-224
        "1.3.132.0.10",  # secp256k1
        "1.3.36.3.3.2.8.1.1.7",  # brainpoolP256r1
        "1.2.3.4",
    )
)
_PLAIN: Final = NoEncryption()
_KEYS: Final = tuple(
    key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _PLAIN)
    for key in (
        LEAF_KEY,
        EDWARDS_KEY,
        STRANGER_KEY,
        ec.derive_private_key(1005, ec.SECP384R1()),
        ec.derive_private_key(1006, ec.SECP521R1()),
        ec.derive_private_key(1007, ec.SECP224R1()),
        ed448.Ed448PrivateKey.from_private_bytes(bytes(57)),
        x25519.X25519PrivateKey.from_private_bytes(bytes(32)),
    )
)
_LEAF_PEM: Final = _KEYS[0]
_SEC1: Final = LEAF_KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, _PLAIN)
_ENCRYPTED: Final = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
)
_CHAIN: Final = pem(_CERTIFICATE, NOORD_LEAF) + pem(_CERTIFICATE, ISSUER_DER)
_CHAINS: Final = (
    NOORD_LEAF,
    ZUID_LEAF,
    *(certificate(piece(5, bytes([number]))) for number in range(len(PUBLIC_KEYS))),
)
_ROOT_PEM: Final = ROOT.public_bytes(Encoding.PEM)


def _pkcs8(recipe: bytes) -> bytes:
    """Return the key of Noord as PKCS #8, with the parts that the pieces change."""
    parts = {0: tlv(0x02, b"\0"), 1: _ALGORITHMS[0], 2: _CURVES[0], 3: _SEC1, 4: b""}
    for selector, content in pieces(recipe):
        which = selector % 6
        match which:
            case 1 | 2 if len(content) == 1:
                known = _ALGORITHMS if which == 1 else _CURVES
                parts[which] = known[content[0] % len(known)]
            case 5:
                parts[2] = tlv(0x05) if not content else sequence(content)
            case 0:
                parts[0] = tlv(0x02, content)
            case _:
                parts[which] = content
    algorithm = sequence(parts[1], parts[2])
    return sequence(parts[0], algorithm, tlv(0x04, parts[3]), parts[4])


def _files_in(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what the files hold: key, certificates, roots."""
    mode, rest = data[0] % 7, data[1:]
    first = rest[0] if rest else 0
    match mode:
        case 0:
            return rest, _CHAIN, _ROOT_PEM
        case 1:
            return _LEAF_PEM, rest, _ROOT_PEM
        case 2:
            return pem(_LABELS[first % len(_LABELS)], rest[1:]), _CHAIN, _ROOT_PEM
        case 3:
            return pem(_LABELS[0], _pkcs8(rest)), _CHAIN, _ROOT_PEM
        case 4:
            leaf = pem(_CERTIFICATE, certificate(rest[1:]))
            return _KEYS[first % len(_KEYS)], leaf + pem(_CERTIFICATE, ISSUER_DER), _ROOT_PEM
        case 5:
            blocks = [
                pem(_CERTIFICATE, content or _CHAINS[selector % len(_CHAINS)])
                for selector, content in pieces(rest[1:])
            ]
            return _KEYS[first % len(_KEYS)], b"".join(blocks), _ROOT_PEM
        case _:
            return _LEAF_PEM, _CHAIN, rest


def _check_signer(data: bytes) -> str:
    """Make a signer of the files, and load them as a vendor's identity does."""
    if not data:
        return "nothing"
    key, certificates, roots = _files_in(data)
    outcome, oin = _signer(key, certificates)
    trusted = _trusts(roots)
    problem, loaded = _identity(_written(certificates, key, roots))
    assert loaded == (oin if trusted else None), "a signer is an identity, and nothing else is"
    assert "PRIVATE" not in problem
    return f"{outcome} {trusted} {problem.rpartition(': ')[2][:20]}"


def _identity(files: Iterable[Path]) -> tuple[str, Oin | None]:
    try:
        return "", Identity.load(*files).oin
    except IdentityError as error:
        return str(error), None


def _signer(key: bytes, certificates: bytes) -> tuple[str, Oin | None]:
    try:
        signer = Signer.from_pem(key, certificates)
    except Refused as refused:
        return told(refused), None
    except ValueError:
        return "no key", None
    assert Oin.parse(signer.oin) == signer.oin
    assert 1 <= len(signer.chain) <= 4
    leaf = load_der_x509_certificate(signer.chain[0])
    signature = signer.sign(b"x", HUB_RECEIPT).signatures[0]
    keys.verify(leaf.public_key(), signature.sig, pae(HUB_RECEIPT, b"x"))
    return "signs", signer.oin


def _trusts(roots: bytes) -> bool:
    with suppress(ValueError):
        return len(Trust.from_pem(roots).roots) > 0
    return False


def _written(*contents: bytes) -> Iterable[Path]:
    """Yield files that hold these; what has not changed since the last input is not written."""
    for name, content in zip(("own.pem", "own.key", "own-roots.pem"), contents, strict=True):
        path = folder() / name
        if _last.get(path) != content:
            path.touch(mode=0o600)
            path.write_bytes(content)
            _last[path] = content
        yield path


_last: Final[dict[Path, bytes]] = {}


_ODD: Final = (b"", b"\0", b"\x05\0", b"\x30\0", b"\x02\x01\x01", b"\x04\x20" + bytes(32))


def _seeds() -> Iterable[bytes]:
    for key in (*_KEYS, _ENCRYPTED, _LEAF_PEM * 2, _LEAF_PEM.replace(b"\n", b"\r\n")):
        yield b"\0" + key
    yield b"\1" + _CHAIN
    yield b"\1" + _CHAIN * 3
    yield b"\1" + pem(_CERTIFICATE, ZUID_LEAF)
    yield b"\1" + _LEAF_PEM + _CHAIN
    yield b"\6" + _ROOT_PEM
    yield b"\6" + _LEAF_PEM
    for label in range(len(_LABELS)):
        yield bytes([2, label]) + _SEC1
        yield bytes([2, label]) + _pkcs8(b"")
    yield b"\3"
    for selector in range(6):
        yield from (b"\3" + piece(selector, odd) for odd in _ODD)
    for algorithm in range(len(_ALGORITHMS)):
        for curve in range(len(_CURVES)):
            chosen = [(1, bytes([algorithm])), (2, bytes([curve]))]
            yield b"\3" + joined(chosen)
            yield b"\3" + joined([*chosen, (5, b""), (3, b"\x04\x20" + bytes(32))])
    for number in range(len(_KEYS)):
        yield from (bytes([4, number]) + piece(5, bytes([kind])) for kind in range(8))
        yield from (bytes([5, number]) + piece(which, b"") for which in range(len(_CHAINS)))
    yield bytes([4, 0]) + piece(6, b"")
    yield bytes([4, 0]) + piece(6, sequence(sequence(_ALGORITHMS[-1]), tlv(0x03, b"\0")))
    yield bytes([4, 0]) + piece(3, b"\0\x0cx")
    yield bytes([5, 0]) + joined([(0, b"")] * 5)


TARGETS: Final = (Target(name="signer", check=_check_signer, seeds=_seeds, max_bytes=2048),)
