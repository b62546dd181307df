"""The keys of one's own systems, and those of others (docs/protocol.md#search-keys, ADR 40).

A key is made here and never leaves: the hub gets the public half, signed. It is kept
in a file of its own, for as long as a session may need it.
"""

import base64
import datetime as dt
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from wissel.clients.errors import StorageError
from wissel.clients.identity import Material
from wissel.clients.sending.signed_json import signed_in
from wissel.clients.storage.atomic_write import write_atomically
from wissel.clients.storage.private import is_open_to_others, make_private_folder
from wissel.clients.storage.state import state_folder
from wissel.clients.transport.status_errors import from_rule
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.envelope import SKEW
from wissel.routing.exchange.fetching.system_keys import (
    KeyStatement,
    read_system_key,
    system_key_fields,
)
from wissel.routing.exchange.fetching.system_keys import verified_key as verified_by
from wissel.routing.exchange.fetching.transfers import LIFETIME as SESSION
from wissel.routing.exchange.signed_messages import signed_fields, signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import SYSTEM_KEY
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin, SystemId

_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A key of one's own: both halves, and the signed words that the hub gets."""

    said: KeyStatement
    signed: pb.Signed = field(repr=False)
    private: X25519PrivateKey = field(repr=False)


def verified_key(
    signed: pb.Signed, trust: PathFinder, owner: Oin, hub_oin: Oin, now: dt.datetime
) -> KeyStatement:
    """Return the key of a system as `owner` signed it, to be used at `now` at this hub.

    `owner` is the OIN that serves the system's endpoint: whom you exchange with, and not
    what the hub says about the key. Raises
    `wissel.routing.refusals.errors.Refused(SYSTEM_KEY_INVALID)` for what the hub
    could have made up itself.
    """
    return verified_by(signed_of(signed), pb.SystemKey, trust, owner, hub_oin, now)


def newest_key(
    keys: Iterable[pb.Signed],
    system_id: SystemId,
    trust: PathFinder,
    owner: Oin,
    hub_oin: Oin,
    now: dt.datetime,
) -> KeyStatement | None:
    """Return of the keys that a hub shows the one that ends last; None without any that holds.

    What does not hold, or is of another system, is left out: a hub that adds such keys
    changes nothing.
    """
    found: list[KeyStatement] = []
    for each in keys:
        try:
            said = verified_key(each, trust, owner, hub_oin, now)
        except Refused:
            continue
        if said.system_id == system_id:
            found.append(said)
    return max(found, key=lambda said: said.end, default=None)


def create_key(
    material: Material, hub_oin: Oin, system_id: SystemId, start: dt.datetime, end: dt.datetime
) -> OwnKey:
    """Make a key for a system and sign its public half.

    Raises `wissel.clients.errors.Refused(SYSTEM_KEY_INVALID)` for a period of less than a
    day, or more than 400.
    """
    private = X25519PrivateKey.generate()
    said = KeyStatement(
        hub_oin=hub_oin,
        system_id=system_id,
        key_id=uuid4(),
        public_key=private.public_key().public_bytes_raw(),
        start=start,
        end=end,
    )
    payload = pb.SystemKey(**system_key_fields(said)).SerializeToString()
    try:
        read_system_key(payload, pb.SystemKey)
    except Refused as refused:
        raise from_rule(refused) from None
    signed = pb.Signed(**signed_fields(material.signer.sign(payload, SYSTEM_KEY)))
    return OwnKey(said=said, signed=signed, private=private)


class KeyFolder:
    """A folder with one's own keys, one file each; only its owner may read them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def default(cls, oin: str) -> "KeyFolder":
        """Return `~/.local/state/wissel/keys/<OIN>`; raises `StorageError` without a home."""
        return cls(state_folder("keys", oin, "name a folder"))

    def keep(self, key: OwnKey) -> Path:
        """Write a key that is not there yet, and return its file. Raises `StorageError`."""
        path = self.folder / f"{key.said.key_id}{_SUFFIX}"
        content = {
            "private_key": base64.b64encode(key.private.private_bytes_raw()).decode("ascii"),
            "signed": base64.b64encode(key.signed.SerializeToString()).decode("ascii"),
        }
        try:
            make_private_folder(self.folder)
            write_atomically(path, json.dumps(content).encode())
        except OSError as error:
            message = f"{path}: the key cannot be kept ({error.strerror})"
            raise StorageError(message) from None
        return path

    def get(self, key_id: UUID) -> OwnKey:
        """Return a key by its id; raises `StorageError` if it is not there, or not private."""
        return self._read(self.folder / f"{key_id}{_SUFFIX}")

    def listed(self) -> list[OwnKey]:
        """Return all keys, in order of system and end. Raises `StorageError`."""
        if not self.folder.is_dir():
            return []
        found = [self._read(path) for path in self.folder.glob(f"*{_SUFFIX}")]
        return sorted(found, key=lambda key: (key.said.system_id, key.said.end))

    def delete_ended(self, now: dt.datetime, needed: Collection[UUID]) -> int:
        """Delete the keys that no session can use any more; return how many.

        A session lasts a day, so these ended longer ago. Those that are `needed` stay, and
        so does a file that is no key. Raises `StorageError`.
        """
        deleted = 0
        for path in self.folder.glob(f"*{_SUFFIX}") if self.folder.is_dir() else ():
            try:
                said = self._read(path).said
            except StorageError:
                continue
            if said.key_id not in needed and said.end + SESSION + SKEW < now:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    message = f"{path}: the key cannot be deleted ({error.strerror})"
                    raise StorageError(message) from None
                deleted += 1
        return deleted

    @staticmethod
    def _read(path: Path) -> OwnKey:
        try:
            if is_open_to_others(path):
                message = f"{path}: other accounts can read this key; run chmod 600 on it"
                raise StorageError(message)
            content = path.read_bytes()
        except FileNotFoundError:
            message = f"{path}: there is no such key"
            raise StorageError(message) from None
        except OSError as error:
            message = f"{path}: it cannot be read ({error.strerror})"
            raise StorageError(message) from None
        try:
            return _key_in(content)
        except (ValueError, KeyError, TypeError, RecursionError, Refused):
            message = f"{path}: this is no key of a system"
            raise StorageError(message) from None


def _key_in(content: bytes) -> OwnKey:
    """Return the key in a file; raises ValueError, KeyError, TypeError or `Refused` without one."""
    kept = json.loads(content)
    signed = signed_in(kept["signed"], absent="no key", unreadable="no key")
    private = X25519PrivateKey.from_private_bytes(
        base64.b64decode(kept["private_key"], validate=True)
    )
    said = read_system_key(signed.payload, pb.SystemKey)
    if private.public_key().public_bytes_raw() != said.public_key:
        raise ValueError("two halves of different keys")
    return OwnKey(said=said, signed=signed, private=private)
