"""One message of the outbox, and the JSON that it is kept as."""

import base64
import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from google.protobuf.message import DecodeError

from wissel.dossier.v1 import dossier_pb2

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One signed message.

    `signed_header` is the serialized `wissel.dossier.v1.Signed`, which is sent byte
    for byte; `payload_size` is in bytes, `payload_sha256` in lower-case hex.
    """

    message_id: UUID
    hub_oin: str
    path: Path
    payload_size: int
    payload_sha256: str
    signed_header: bytes


_OWN: Final = {"format", *(each.name for each in fields(Entry))}


def encode(entry: Entry, **record: object) -> bytes:
    """Return the JSON of an entry, with the fields of its outcome."""
    written = {
        "format": _FORMAT,
        "message_id": str(entry.message_id),
        "hub_oin": entry.hub_oin,
        "path": str(entry.path),
        "payload_size": entry.payload_size,
        "payload_sha256": entry.payload_sha256,
        "signed_header": base64.b64encode(entry.signed_header).decode("ascii"),
        **record,
    }
    return json.dumps(written, indent=2).encode() + b"\n"


def decode(content: bytes) -> Entry:
    """Return the entry in JSON, or raise ValueError, KeyError, TypeError or RecursionError."""
    read = json.loads(content)
    size = read["payload_size"]
    if type(size) is not int or size < 1:
        raise ValueError("a payload of no size")
    return Entry(
        message_id=UUID(_text(read["message_id"])),
        hub_oin=_text(read["hub_oin"]),
        path=Path(_text(read["path"])),
        payload_size=size,
        payload_sha256=_text(read["payload_sha256"]),
        signed_header=_signed(_text(read["signed_header"])),
    )


def record_in(content: bytes) -> dict[str, Any]:
    """Return the fields of the outcome in the JSON of an entry that `decode` has read."""
    return {name: value for name, value in json.loads(content).items() if name not in _OWN}


def _signed(text: str) -> bytes:
    header = base64.b64decode(text, validate=True)
    try:
        dossier_pb2.Signed.FromString(header)
    except DecodeError as error:
        raise ValueError(str(error)) from None
    return header


def _text(value: object) -> str:
    """Return the value if it is a text that can name a file; else TypeError or ValueError."""
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a text")
    os.fsencode(value)  # ValueError
    return value
