"""A token as it came: what it says of itself before anybody has verified it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, deserialize_compact, extract_compact

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.identity.persons.published_keys import ALGORITHMS, PublishedKey
from wissel.server.issuers import TokenKind

MAX_BYTES: Final = 8 * 1024
"""No longer token fits the metadata of a call."""
_SCHEME: Final = "bearer "
_REFUSED: Final = frozenset({"crit", "b64", "jwk", "jku", "x5u"})
"""Names in a header that ask for another way of verifying, or bring a key along."""
# Other names in a header are ignored (RFC 7515 4).
_REGISTRY: Final = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_TYPES: Final[Mapping[TokenKind, frozenset[str]]] = {
    TokenKind.ACCESS: frozenset({"at+jwt", "jwt", ""}),
    TokenKind.ID: frozenset({"jwt", ""}),
}
"""What `typ` may say of each kind; brokers of before RFC 9068 call an access token JWT."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token that may be anybody's: only what is needed to find out whose it is."""

    text: str = field(repr=False)
    algorithm: str
    kid: str
    typ: str
    issuer: str

    def of_kind(self, kind: TokenKind) -> None:
        """Raise `Refused(TOKEN_MALFORMED)` unless it calls itself a token of this kind."""
        if self.typ not in _TYPES[kind]:
            raise Refused(Reason.TOKEN_MALFORMED, problem=f"its typ is not that of an {kind} token")

    def claims(self, key: PublishedKey, issuer: str) -> Mapping[str, Any]:
        """Return what its signature vouches for, or raise `Refused(TOKEN_SIGNATURE_INVALID)`."""
        try:
            verified = deserialize_compact(self.text, key.key, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError):
            raise Refused(Reason.TOKEN_SIGNATURE_INVALID, issuer=issuer) from None
        return _object(verified.payload, "its claims are no JSON object")


def read_bearer(presented: str) -> Unverified:
    """Return the token in the value of `authorization`.

    1. It is `Bearer` and one JWT that is signed, at most 8 KiB (RFC 6750, RFC 7519).
    2. Its header asks for no other way of verifying it, and brings no key along
       (RFC 7515 4.1).
    3. Its algorithm is one that counts: TOKEN_ALGORITHM_NOT_ALLOWED.

    All else is TOKEN_MALFORMED. No refusal repeats anything of it.
    """
    # 1.
    if presented[: len(_SCHEME)].lower() != _SCHEME:
        raise _malformed("it does not begin with Bearer")
    text = presented[len(_SCHEME) :].strip()
    if len(text) > MAX_BYTES or not text.isascii():
        raise _malformed("it is longer than 8 KiB, or not ASCII")
    try:
        compact = extract_compact(text.encode(), registry=_REGISTRY)
        header = compact.headers()
    except (JoseError, ValueError, TypeError):
        raise _malformed("it is no signed JWT") from None
    # 2.
    if header.keys() & _REFUSED:
        raise _malformed("its header asks for another way of verifying it")
    # 3.
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refused(Reason.TOKEN_ALGORITHM_NOT_ALLOWED)
    kid, typ = header.get("kid", ""), header.get("typ", "")
    if not isinstance(kid, str) or not isinstance(typ, str):
        raise _malformed("its header is not as RFC 7515 has it")
    issuer = _object(compact.payload, "its claims are no JSON object").get("iss")
    return Unverified(
        text=text,
        algorithm=algorithm,
        kid=kid,
        typ=typ.lower().removeprefix("application/"),
        issuer=issuer if isinstance(issuer, str) else "",
    )


def _object(payload: bytes, problem: str) -> Mapping[str, Any]:
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _malformed(problem)
    return found


def _malformed(problem: str) -> Refused:
    return Refused(Reason.TOKEN_MALFORMED, problem=problem)
