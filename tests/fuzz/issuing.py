"""Certificates and revocation lists that no library would write, with genuine signatures."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from fuzz.shaping import attribute, extension, oid, pieces, sequence, tlv
from fuzz.world import ISSUER, ISSUER_KEY, NOORD_LEAF, PUBLIC_KEYS, STRANGER_KEY, sign

SERIAL_NUMBER: Final = "2.5.4.5"
ATTRIBUTES: Final = (
    SERIAL_NUMBER,
    "2.5.4.3",  # commonName
    "2.5.4.6",  # countryName
    "2.5.4.45",  # x500UniqueIdentifier, the one that is a bit string
    "0.9.2342.19200300.100.1.25",  # domainComponent
    "1.2.840.113549.1.9.1",  # emailAddress
    "1.3.6.1.4.1.311.60.2.1.3",  # jurisdictionCountryName
)
EXTENSIONS: Final = (
    *(f"2.5.29.{number}" for number in (9, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 27, 28, 29)),
    *(f"2.5.29.{number}" for number in (30, 31, 32, 33, 35, 36, 37, 46, 54)),
    "1.3.6.1.5.5.7.1.1",  # authorityInfoAccess
    "1.3.6.1.5.5.7.1.3",  # qcStatements
    "1.3.6.1.5.5.7.1.11",  # subjectInfoAccess
    "1.3.6.1.5.5.7.1.24",  # TLS feature
    "1.3.6.1.5.5.7.48.1.5",  # OCSP no check
    "1.3.6.1.4.1.11129.2.4.2",  # signed certificate timestamps
    "1.3.6.1.4.1.11129.2.4.3",  # precertificate poison
    "1.3.6.1.4.1.311.21.7",  # Microsoft certificate template
    "1.3.36.8.3.3",  # admissions
)
"""Every kind of extension that a library may look into."""

_ECDSA_SHA256: Final = sequence(oid("1.2.840.10045.4.3.2"))
_NOORD: Final = x509.load_der_x509_certificate(NOORD_LEAF)
_USUAL: Final = tuple(
    extension(each.oid.dotted_string, each.critical, each.value.public_bytes())
    for each in _NOORD.extensions
)
TIMES: Final = (
    tlv(0x17, b"260101000000Z"),
    tlv(0x17, b"270101000000Z"),
    tlv(0x18, b"99991231235959Z"),
    tlv(0x18, b"00000101000000Z"),
    tlv(0x18, b"00010101000000Z"),
    tlv(0x17, b"491231235959Z"),
)
"""Moments as certificates write them; the first two are those of a good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """The parts of a certificate as DER; those of Noord's to start from."""

    version: bytes = b"\x02"
    serial: bytes = tlv(0x02, b"\x0c")
    since: bytes = TIMES[0]
    until: bytes = TIMES[1]
    subject: bytes = _NOORD.subject.public_bytes()
    public_key: bytes = PUBLIC_KEYS[0]
    extensions: tuple[bytes, ...] = _USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """The parts of a revocation list as DER; a good one of the intermediate to start from."""

    key: ec.EllipticCurvePrivateKey = ISSUER_KEY
    version: bytes = b"\x01"
    issuer: bytes = ISSUER.subject.public_bytes()
    since: bytes = TIMES[0]
    until: bytes = TIMES[1]
    entries: tuple[bytes, ...]
    extensions: tuple[bytes, ...] = (extension("2.5.29.20", False, tlv(0x02, b"\x07")),)


def certificate(recipe: bytes, key: ec.EllipticCurvePrivateKey = ISSUER_KEY) -> bytes:
    """Return a DER certificate: that of Noord, with what the pieces change."""
    leaf = _Leaf()
    for selector, content in pieces(recipe):
        change = _LEAF_CHANGES[selector % len(_LEAF_CHANGES)]
        leaf = replace(leaf, **change(leaf, content))
    body = sequence(
        tlv(0xA0, tlv(0x02, leaf.version)),
        leaf.serial,
        _ECDSA_SHA256,
        ISSUER.subject.public_bytes(),
        sequence(leaf.since, leaf.until),
        leaf.subject,
        leaf.public_key,
        tlv(0xA3, sequence(*leaf.extensions)),
    )
    return _signed(body, key)


def revocation_list(recipe: bytes) -> bytes:
    """Return a DER list of the intermediate, with what the pieces change."""
    found = _List(entries=(_entry(b"\x63"),))
    for selector, content in pieces(recipe):
        change = _LIST_CHANGES[selector % len(_LIST_CHANGES)]
        found = replace(found, **change(found, content))
    body = sequence(
        tlv(0x02, found.version),
        _ECDSA_SHA256,
        found.issuer,
        found.since,
        found.until,
        sequence(*found.entries),
        tlv(0xA0, sequence(*found.extensions)),
    )
    return _signed(body, found.key)


def pem(label: bytes, der: bytes) -> bytes:
    """Return DER as PEM, however broken it is."""
    body = base64.encodebytes(der)
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, body, label)


def _entry(serial: bytes, *more: bytes) -> bytes:
    return sequence(tlv(0x02, serial), TIMES[0], *more)


def _time(content: bytes) -> bytes:
    """Return one of the usual moments for a single byte, else what the content writes."""
    if len(content) <= 1:
        return TIMES[sum(content) % len(TIMES)]
    return tlv(0x17 if content[0] % 2 else 0x18, content[1:])


def _extension(content: bytes) -> bytes:
    """Return an extension: which one, whether it is critical, its value."""
    kind, critical = (content + b"\0\0")[:2]
    return extension(EXTENSIONS[kind % len(EXTENSIONS)], critical % 2 == 1, content[2:])


def _with_attribute(name: bytes, content: bytes) -> bytes:
    """Return the name with another attribute: which one, the tag of its value, its value."""
    kind, tag = (content + b"\0\x0c")[:2]
    inner = name[2:] if name[1] < 0x80 else name[2 + (name[1] & 0x7F) :]
    return sequence(inner, attribute(ATTRIBUTES[kind % len(ATTRIBUTES)], tag, content[2:]))


def _signed(body: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    return sequence(body, _ECDSA_SHA256, tlv(0x03, b"\0", sign(key, body)))


_LEAF_CHANGES: Final[tuple[Callable[[_Leaf, bytes], dict[str, Any]], ...]] = (
    lambda _, content: {"serial": tlv(0x02, content)},
    lambda _, content: {"since": _time(content)},
    lambda _, content: {"until": _time(content)},
    lambda leaf, content: {"subject": _with_attribute(leaf.subject, content)},
    lambda _, content: {"subject": sequence(content)},
    lambda _, content: {"public_key": PUBLIC_KEYS[sum(content) % len(PUBLIC_KEYS)]},
    lambda _, content: {"public_key": content},
    lambda leaf, content: {"extensions": (*leaf.extensions, _extension(content))},
    lambda leaf, content: {"extensions": (_extension(content), *leaf.extensions[1:])},
    lambda leaf, content: {"extensions": (*leaf.extensions[:-1], content)},
    lambda leaf, content: {"extensions": leaf.extensions[sum(content) % 4 :]},
    lambda _, content: {"version": content},
)
_LIST_CHANGES: Final[tuple[Callable[[_List, bytes], dict[str, Any]], ...]] = (
    lambda _, content: {"since": _time(content)},
    lambda _, content: {"until": _time(content) if content else b""},
    lambda _, content: {"issuer": sequence(content)},
    lambda found, content: {"issuer": _with_attribute(found.issuer, content)},
    lambda found, content: {"entries": (*found.entries, _entry(content))},
    lambda found, content: {"entries": (*found.entries, content)},
    lambda found, content: {
        "entries": (*found.entries, _entry(b"\x62", sequence(_extension(content))))
    },
    lambda found, content: {"extensions": (*found.extensions, _extension(content))},
    lambda _, content: {"extensions": (content,)},
    lambda _found, _content: {"key": STRANGER_KEY},
    lambda _, content: {"version": content},
)
