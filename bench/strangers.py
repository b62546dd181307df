"""What the certificates of a stranger cost the hub: the worst refused chain, and an honest one.

Every call is on a connection of its own, so the figure holds the handshake. Both
present as many certificates, with the same kind of keys.
"""

import datetime as dt
import ssl
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from bench import http2
from bench.bare import channel
from bench.method import Call, Comparison, Subject
from wissel.clients.processes import Service
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.values.identifiers import Oin
from wissel.server.identity import pki

HONEST: Final = "honest"
WORST: Final = "worst"
_STRANGER: Final = Oin("00000003999900880000")
_CANDIDATES: Final = 8
_CALLERS: Final = 4
_DAY: Final = dt.timedelta(days=1)
_LONG: Final = dt.timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class _Filler:
    """Whose name and key a certificate bears, and who is said to have issued it."""

    subject: x509.Name
    issuer: x509.Name
    key: ec.EllipticCurvePublicKey
    identified: bool


def prepare(folder: Path) -> None:
    """Write the two chains into a development PKI: `honest.pem` and `worst.pem`.

    Both belong to an OIN that nobody registered, and have the issuer behind the
    leaf, as TLS would refuse them otherwise. Seven more certificates follow: in the
    honest one they have nothing to do with it; in the worst one they bear the
    issuer's name and key, seem to lead to the root, and are valid for longer, so
    that they are tried first.
    """
    now = dt.datetime.now(dt.UTC)
    authority = x509.load_pem_x509_certificate((folder / f"{pki.INTERMEDIATE}.pem").read_bytes())
    root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    key = authority.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("the development PKI has other keys")
    elsewhere = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "elsewhere")])
    unrelated = _Filler(elsewhere, elsewhere, key, identified=True)
    pretended = _Filler(authority.subject, root.subject, key, identified=False)
    for name, filler in ((HONEST, unrelated), (WORST, pretended)):
        issued = pki.issue(folder, name, oin=_STRANGER, now=now)
        leaf = x509.load_pem_x509_certificates(issued.certificate.read_bytes())[0]
        others = [_certificate(filler, now) for _ in range(_CANDIDATES - 1)]
        chain = (leaf, authority, *others)
        pem = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
        issued.certificate.write_bytes(pem)


def hoarder(folder: Path) -> ssl.SSLContext:
    """Return the TLS of a stranger with a certificate that is as it should be."""
    issued = pki.issue(folder, "hoarder", oin=_STRANGER, now=dt.datetime.now(dt.UTC))
    return http2.tls(folder / "root.pem", issued.certificate, folder / "hoarder.key")


def _certificate(filler: _Filler, now: dt.datetime) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(filler.subject)
        .issuer_name(filler.issuer)
        .public_key(filler.key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _LONG)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if filler.identified:
        own = x509.SubjectKeyIdentifier.from_public_key(filler.key)
        builder = builder.add_extension(own, critical=False)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())


def stranger(service: Service, certificates: Path, name: str) -> Subject:
    """Return the hub with a load of new connections that present one of the chains."""
    return Subject(
        call=connecting(service.address, certificates, name),
        pids=[service.pid],
        concurrency=_CALLERS,
    )


def connecting(address: str, certificates: Path, name: str) -> Call:
    """Return calls that each open a connection which presents one of the chains."""

    async def call() -> None:
        async with channel(address, certificates, name, own=True) as line:
            try:
                await PartyServiceStub(line).WhoAmI(WhoAmIRequest())
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
                    raise

    return call


def cost_ratio(compared: Comparison) -> float:
    """Return the CPU per connection of ours, divided by that of the other: the median of pairs."""
    return statistics.median(
        (worst.cpu_seconds / worst.calls) / (honest.cpu_seconds / honest.calls)
        for worst, honest in zip(compared.ours, compared.bare, strict=True)
    )
