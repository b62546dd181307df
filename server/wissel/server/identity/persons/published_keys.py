"""The keys that a login broker publishes, as values (RFC 7517)."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from wissel.routing.signing.keys import MAXIMUM_RSA_BITS, MINIMUM_RSA_BITS

MAX_KEYS: Final = 32
ALGORITHMS: Final[Mapping[str, str]] = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "P-256",
    "ES384": "P-384",
}
"""The algorithms that count (RFC 7518), with the kind of key that each needs.

None without a key, and none with a secret that the hub would have to share.
"""


class KeysUnreadable(Exception):
    """What an issuer publishes is no set of keys that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key: its `kid`, empty if it has none, and its kind as in `ALGORITHMS`."""

    kid: str
    kind: str
    key: RSAKey | ECKey


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The keys of an issuer that are fit to verify its tokens; none before they were fetched."""

    keys: Sequence[PublishedKey] = ()

    def chosen(self, kid: str, algorithm: str) -> PublishedKey | None:
        """Return the key that a token names, of the kind that its algorithm needs.

        A token that names none means the only key that there is, and nothing where
        there are several. The algorithm never decides which key is meant.
        """
        named = [each for each in self.keys if each.kid == kid] if kid else list(self.keys)
        fitting = [each for each in named if each.kind == ALGORITHMS.get(algorithm)]
        if not kid and len(named) != 1:
            return None
        return fitting[0] if len(fitting) == 1 else None


def published_keys(text: bytes) -> PublishedKeys:
    """Return the keys of a JWK set.

    What cannot verify a token is passed over: secrets, keys for encryption, RSA of
    less than 2,048 or more than 4,096 bits, other curves. Raises `KeysUnreadable`
    for what is no such set, has more than 32 keys, or none that is fit.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise KeysUnreadable("it is not JSON") from None
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        message = f"it is no set of at most {MAX_KEYS} keys"
        raise KeysUnreadable(message)
    keys = [key for each in listed if (key := _published(each)) is not None]
    if not keys:
        raise KeysUnreadable("it has no key that can verify a token")
    return PublishedKeys(keys)


def _published(described: Any) -> PublishedKey | None:
    if not isinstance(described, dict) or described.get("use", "sig") != "sig":
        return None
    try:
        kind = _kind(described)
        if kind is None:
            return None
        key = import_key({name: described[name] for name in _PUBLIC if name in described})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, RSAKey | ECKey):
        return None
    kid = described.get("kid", "")
    return PublishedKey(kid if isinstance(kid, str) else "", kind, key)


_PUBLIC: Final = ("kty", "n", "e", "crv", "x", "y")
"""What of a key is read: a private part that somebody published is left where it is."""


def _kind(described: Mapping[str, Any]) -> str | None:
    """Return the kind of a key as in `ALGORITHMS`, None for one that does not count."""
    match described.get("kty"):
        case "RSA":
            bits = int.from_bytes(urlsafe_b64decode(described["n"] + "==")).bit_length()
            return "RSA" if MINIMUM_RSA_BITS <= bits <= MAXIMUM_RSA_BITS else None
        case "EC" if described.get("crv") in ALGORITHMS.values():
            return str(described["crv"])
        case _:
            return None
