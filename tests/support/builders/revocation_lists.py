"""Revocation lists of every form, signed by authorities of a test PKI."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from support.builders.pki import Authority, Pki
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.trusted_path import TrustedPath

HOUR: Final = dt.timedelta(hours=1)
DAY: Final = dt.timedelta(days=1)
POINT_A: Final = "http://crl.example/a.crl"
POINT_B: Final = "http://crl.example/b.crl"


@dataclass(frozen=True)
class List:
    """A list to be signed: `age` is that of its thisUpdate, `ends` how long it is still valid."""

    revokes: str = ""
    by: str = "intermediate"
    point: str = ""
    kind: str = ""
    age: dt.timedelta = HOUR
    ends: dt.timedelta = DAY
    number: int | None = None
    indirect: bool = False
    delta: bool = False
    unknown: bool = False
    reasons: bool = False


@dataclass(frozen=True, kw_only=True)
class ListWorld:
    """An authority under a root, a renewed one with its name and another key, and their leaves."""

    pki: Pki
    renewed: Authority
    paths: dict[str, TrustedPath]

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make the authorities, and three leaves: `noord`, `at a` with a point, and `new key`."""
        pki = Pki.create(folder)
        renewed = pki.authority("Wissel test intermediate", under=pki.root)
        trust = Trust.from_pem(pki.roots.read_bytes())
        point = x509.CRLDistributionPoints(
            [x509.DistributionPoint([x509.UniformResourceIdentifier(POINT_A)], None, None, None)]
        )
        issued = {
            "noord": pki.issue("noord"),
            "at a": pki.issue("at-a", extensions=(point,)),
            "new key": pki.issue("new-key", authority=renewed),
        }
        paths = {
            name: trust.path(each.chain_der, Purpose.CLIENT, pki.now)
            for name, each in issued.items()
        }
        return cls(pki=pki, renewed=renewed, paths=paths)

    def signed(self, made: List) -> x509.CertificateRevocationList:
        """Return the list."""
        pki = self.pki
        authority = {
            "intermediate": pki.intermediate,
            "root": pki.root,
            "renewed": self.renewed,
        }[made.by]
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.certificate.subject)
            .last_update(pki.now - made.age)
            .next_update(pki.now + made.ends)
        )
        for extension in _extensions(made):
            builder = builder.add_extension(extension, critical=True)
        if made.revokes:
            path = self.paths.get(made.revokes)
            certificate = path.leaf if path else pki.intermediate.certificate
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(certificate.serial_number)
                .revocation_date(pki.now - made.age)
                .build()
            )
        return builder.sign(authority.private_key, hashes.SHA256())


def _extensions(made: List) -> list[x509.ExtensionType]:
    found: list[x509.ExtensionType] = []
    if made.delta:
        found.append(x509.DeltaCRLIndicator(1))
    if made.number is not None:
        found.append(x509.CRLNumber(made.number))
    if made.unknown:
        found.append(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99"), b"\x05\0"))
    if made.point or made.kind or made.indirect or made.reasons:
        names = [x509.UniformResourceIdentifier(made.point)] if made.point else None
        reasons = frozenset({x509.ReasonFlags.key_compromise}) if made.reasons else None
        found.append(
            x509.IssuingDistributionPoint(
                names,
                None,
                made.kind == "leaves",
                made.kind == "CAs",
                reasons,
                made.indirect,
                made.kind == "attributes",
            )
        )
    return found
