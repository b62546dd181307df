"""From arbitrary bytes to almost valid structures: DER and protobuf with right lengths.

An input that changes one field of something valid is a recipe: the number of
what it starts from, then pieces. A piece is a selector (one byte, modulo the
number of fields), the length of its content (two bytes, big endian) and the
content. What is cut off is taken as far as it goes, so that every input means
something.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

Path = tuple[FieldDescriptor, ...]
"""A field of a message, with the fields that lead to it."""

_LENGTH_PREFIXED: Final = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
_VARINT_BYTES: Final = 8


def pieces(recipe: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield selector and content of each piece."""
    at = 0
    while at < len(recipe):
        size = int.from_bytes(recipe[at + 1 : at + 3], "big")
        yield recipe[at], recipe[at + 3 : at + 3 + size]
        at += 3 + size


def piece(selector: int, content: bytes) -> bytes:
    """Return a piece, as `pieces` reads it."""
    return bytes([selector]) + len(content).to_bytes(2, "big") + content


def leaves(kind: Descriptor, above: Path = ()) -> tuple[Path, ...]:
    """Return the paths of all fields that hold a value, in the order of the description."""
    found: list[Path] = []
    for field in kind.fields:
        inner = field.message_type
        found += leaves(inner, (*above, field)) if inner else [(*above, field)]
    return tuple(found)


def field(path: Path, content: bytes) -> bytes:
    """Return the field as protobuf; behind a message it replaces what that said."""
    last = path[-1]
    if last.type in _LENGTH_PREFIXED:
        encoded = _prefixed(last, content)
    else:
        number = int.from_bytes(content[:_VARINT_BYTES], "big")
        encoded = varint(last.number << 3) + varint(number)
    for outer in reversed(path[:-1]):
        encoded = _prefixed(outer, encoded)
    return encoded


def patched(base: bytes, kind: Descriptor, recipe: bytes) -> bytes:
    """Return a message with the fields that the pieces select; one selector adds raw bytes."""
    paths = leaves(kind)
    changes = [base]
    for selector, content in pieces(recipe):
        chosen = selector % (len(paths) + 1)
        changes.append(content if chosen == len(paths) else field(paths[chosen], content))
    return b"".join(changes)


def selector_of(kind: Descriptor, *names: str) -> int:
    """Return what selects the field of this name in `patched`."""
    return [tuple(each.name for each in path) for path in leaves(kind)].index(names)


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a DER value with the parts as its content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """Return a DER SEQUENCE."""
    return tlv(0x30, *parts)


def oid(dotted: str) -> bytes:
    """Return a DER object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    return tlv(0x06, b"".join(map(_base128, [40 * first + second, *rest])))


def attribute(dotted: str, tag: int, value: bytes) -> bytes:
    """Return one attribute of a name, as a set of its own."""
    return tlv(0x31, sequence(oid(dotted), tlv(tag, value)))


def extension(dotted: str, critical: bool, value: bytes) -> bytes:
    """Return an extension of a certificate or a list."""
    return sequence(oid(dotted), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def joined(parts: Iterable[tuple[int, bytes]]) -> bytes:
    """Return a recipe of these selectors and contents."""
    return b"".join(piece(selector, content) for selector, content in parts)


def _prefixed(last: FieldDescriptor, content: bytes) -> bytes:
    return varint(last.number << 3 | 2) + varint(len(content)) + content


def _base128(number: int) -> bytes:
    encoded = [number & 0x7F]
    while number := number >> 7:
        encoded.append(number & 0x7F | 0x80)
    return bytes(reversed(encoded))
