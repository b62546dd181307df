"""A login broker of the tests' own: it signs whatever it is told to, also what no honest one would.

    broker = Broker()
    token = broker.token(boards=["99001"])          # of somebody with the role, logged in just now
    bearer(token)                                   # as the metadata of a call

`issuer_of(broker)` is how a hub's settings describe it, `verifier_of` what such a hub
verifies with. The hub gets its keys from `Broker.keys`; the way over HTTP has tests
of its own.
"""

import base64
import hmac
import time
from collections.abc import Sequence
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from wissel.clients.testing.cast import HUB, PORTAL
from wissel.server.courier.ports import Clock
from wissel.server.identity.persons.issuer_keys import FetchFailed, KeySchedule
from wissel.server.identity.persons.verifier import Verifier
from wissel.server.issuers import SUBSTANTIAL, Issuer
from wissel.server.settings import AUDIENCE

Key = RSAKey | ECKey | OctKey
CLIENT: Final = "portal-client"
HUB_AUDIENCE: Final = f"{AUDIENCE}{HUB.oin}"
ROLE: Final = "OSR-toegang"
SIGNS: Final = "Tekenbevoegd"
SUBJECT: Final = "pseudonym-of-a-person"


class Broker:
    """An issuer with one key; `published` are the keys that it shows, `down` whether it is away."""

    def __init__(self, alias: str = "mijn-duo", algorithm: str = "ES256") -> None:
        self.alias = alias
        self.url = f"https://{alias}.example"
        self.algorithm = algorithm
        self.key = new_key(algorithm, f"{alias}-1")
        self.published: list[Key] = [self.key]
        self.down = False
        self.asked = 0

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish it beside the old one."""
        self.key = new_key(self.algorithm, f"{self.alias}-{len(self.published) + 1}")
        self.published.append(self.key)

    async def keys(self, _: Issuer) -> bytes:
        """Answer a hub that fetches the keys."""
        self.asked += 1
        if self.down:
            message = "it is away"
            raise FetchFailed(message)
        return self.key_set()

    def key_set(self) -> bytes:
        """Return the keys as it publishes them."""
        return orjson.dumps(KeySet(list(self.published)).as_dict(private=False))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good token of somebody of board 99001; None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": HUB_AUDIENCE,
            "azp": CLIENT,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": SUBSTANTIAL,
            "role": [ROLE],
            "boards": ["99001"],
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self,
        *,
        key: Key | None = None,
        header: dict[str, Any] | None = None,
        algorithm: str = "",
        **changes: Any,
    ) -> str:
        """Return a token of `claims`, signed with its key unless another is given."""
        signing = key or self.key
        names = {"alg": algorithm or self.algorithm, "kid": self.key.kid} | (header or {})
        said = {name: value for name, value in names.items() if value is not None}
        return jwt.encode(said, self.claims(**changes), signing, algorithms=[said["alg"]])

    def unsigned(self, **header: Any) -> str:
        """Return a good token with this header and no signature."""
        return f"{part(header)}.{part(self.claims())}."

    def keyed_with_its_public_key(self) -> str:
        """Return a token signed by HMAC with what everybody knows: the oldest attack on JWT."""
        said = self.unsigned(alg="HS256", kid=self.key.kid).removesuffix(".")
        public = self.key.as_pem(private=False)
        return f"{said}.{part(hmac.digest(public, said.encode(), 'sha256'))}"


def part(value: Any) -> str:
    """Return bytes, or a value as JSON, as a part of a token (RFC 7515 3)."""
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_key(algorithm: str, kid: str) -> RSAKey | ECKey:
    """Return a private key for an algorithm."""
    if algorithm.startswith("ES"):
        curve = "P-256" if algorithm == "ES256" else "P-384"
        return ECKey.generate_key(curve, {"kid": kid, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata with which a portal presents a token."""
    return (("authorization", f"Bearer {token}"),)


def issuer_of(broker: Broker, **changes: Any) -> Issuer:
    """Return the settings that trust a broker, whose one client is that of the portal."""
    settings: dict[str, Any] = {
        "alias": broker.alias,
        "url": broker.url,
        "jwks_url": f"{broker.url}/jwks",
        "clients": {CLIENT: PORTAL.oin},
        "signing_roles": [SIGNS],
    }
    return Issuer.model_validate(settings | changes)


def verifier_of(
    brokers: Sequence[Broker], clock: Clock, schedule: KeySchedule | None = None, **changes: Any
) -> Verifier:
    """Return what verifies the tokens of brokers; `changes` are of the settings of each."""
    by_alias = {broker.alias: broker for broker in brokers}
    return Verifier(
        [issuer_of(broker, **changes) for broker in brokers],
        HUB_AUDIENCE,
        clock=clock,
        monotonic=time.monotonic,
        fetch=lambda issuer: by_alias[issuer.alias].keys(issuer),
        schedule=schedule or KeySchedule(),
    )
