"""The keys and certificates of the vectors: made once, then read from keys.json."""

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from support.builders.pki import Identity, KeyKind, Pki, PrivateKey
from support.cast import STRANGER
from wissel.clients.testing.cast import HUB, NOORD, ZUID, Player

AT: Final = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
"""The instant at which everything is judged unless a vector says another one."""

KINDS: Final[Mapping[str, KeyKind]] = {
    "p256": "P-256",
    "p384": "P-384",
    "ed25519": "Ed25519",
    "rsa": "RSA-2048",
}
"""A short name for each kind of key that may sign."""

PARTIES: Final = (HUB, NOORD, ZUID)
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A private key with its certificates: DER, leaf first, without the root."""

    oin: str
    key: PrivateKey
    key_pem: str
    chain: tuple[bytes, ...]

    @classmethod
    def of(cls, identity: Identity) -> Self:
        """Return what the files of an identity hold."""
        return cls(
            oin=identity.oin,
            key=identity.private_key,
            key_pem=identity.key.read_text(),
            chain=identity.chain_der,
        )

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        key = load_pem_private_key(entry["private_key_pem"].encode(), password=None)
        assert isinstance(key, PrivateKey)
        chain = tuple(bytes.fromhex(each) for each in entry["chain"])
        return cls(oin=entry["oin"], key=key, key_pem=entry["private_key_pem"], chain=chain)

    def to_json(self) -> dict[str, Any]:
        """Return the entry in keys.json."""
        chain = [each.hex() for each in self.chain]
        return {"oin": self.oin, "private_key_pem": self.key_pem, "chain": chain}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The trusted root (PEM), its intermediate (DER), and who signs, by name."""

    root: str
    by_name: Mapping[str, Keyed]

    def of(self, player: Player, kind: str) -> Keyed:
        """Return the identity of a party with a key of this kind, such as `p256`."""
        return self.by_name[f"{player.name}-{kind}"]

    @property
    def root_der(self) -> bytes:
        """The root as DER."""
        return x509.load_pem_x509_certificate(self.root.encode()).public_bytes(Encoding.DER)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        named = {name: Keyed.from_json(entry) for name, entry in document["identities"].items()}
        return cls(root=document["root_pem"], by_name=named)

    def to_json(self) -> dict[str, Any]:
        """Return keys.json."""
        return {
            "about": "Made up, for tests alone. A chain is DER in hex, leaf first, without root.",
            "root_pem": self.root,
            "identities": {name: keyed.to_json() for name, keyed in self.by_name.items()},
        }

    @classmethod
    def create(cls) -> Self:
        """Make all keys and certificates anew."""
        with tempfile.TemporaryDirectory() as folder:
            pki = Pki.create(Path(folder) / "pki", prefix="Wissel vectors", now=AT)
            other = pki.look_alike(Path(folder) / "other")
            issued = {
                f"{player.name}-{short}": pki.signer(
                    f"{player.name}-{short}", oin=player.oin, key=kind
                )
                for player in PARTIES
                for short, kind in KINDS.items()
            }
            issued |= {"stranger-p256": pki.signer("stranger", oin=STRANGER.oin)} | _unfit(pki)
            issued["noord-look-alike"] = other.signer("look-alike", oin=NOORD.oin)
            named = {name: Keyed.of(identity) for name, identity in issued.items()}
            return cls(root=pki.roots.read_text(), by_name=named)


def _unfit(pki: Pki) -> dict[str, Identity]:
    """Return identities of Noord that may not sign, by what is wrong with them."""

    def issue(name: str, **fault: Any) -> Identity:
        return pki.issue(name, **{"oin": NOORD.oin, "ekus": (), "dns": ()} | fault)

    return {
        "noord-expired": issue("expired", expired=True),
        "noord-not-yet-valid": issue("not-yet-valid", future=True),
        "noord-no-signature-usage": issue("no-usage", digital_signature=False),
        "noord-authority": issue("authority", ca=True),
        "noord-no-oin": issue("no-oin", oins=()),
        "noord-two-oins": issue("two-oins", oins=(NOORD.oin, ZUID.oin)),
        "noord-bad-oin": issue("bad-oin", oins=("NTRNL-12345678",)),
        "noord-p521": issue("p521", key="P-521"),
        "noord-rsa-1024": issue("rsa-1024", key="RSA-1024"),
    }
