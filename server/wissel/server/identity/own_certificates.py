"""The hub's own certificates: for TLS, and for signing stamps and receipts.

Both are renewed by replacing their files. The last usable ones stay in use while
a renewal is half done, or if it would give the hub another OIN (see `Reloaded`).
"""

import datetime as dt
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import dsse
from wissel.routing.signing.certificates import chain_from_pem
from wissel.routing.signing.dsse import HUB_RECEIPT, Signer
from wissel.routing.signing.trusted_path import PathFinder
from wissel.server.courier.ports import Clock, OwnTls
from wissel.server.identity.keyfiles import read_key
from wissel.server.identity.reloading import Reloaded


def reloaded_tls(certificate: Path, key: Path, roots: Path) -> Reloaded[OwnTls]:
    """Return the TLS identity of three PEM files, certificate leaf first.

    Raises OSError if a file cannot be read, `ssl.SSLError` if certificate and key
    do not belong together, `KeyFileError`, `Refused(CERTIFICATE_MISSING)`.
    """

    def read(_: OwnTls | None) -> OwnTls:
        pem, chain = read_key(key), certificate.read_bytes()
        return OwnTls(
            key=pem,
            chain=chain,
            roots=roots.read_bytes(),
            context=_context(certificate, key, roots),
            not_after=earliest_end(chain_from_pem(chain)),
        )

    return Reloaded("tls", (certificate, key, roots), read)


def reloaded_signer(
    certificate: Path, key: Path, trust: PathFinder, clock: Clock
) -> Reloaded[Signer]:
    """Return the signer of two PEM files, certificate leaf first.

    1. The key is that of the certificate (see `Signer.from_pem`).
    2. The hub keeps its OIN: a renewal with another is not taken
       (`Refused(CERTIFICATE_UNSUITABLE)`).
    3. What it signs can be verified with our own trust: receivers would refuse
       what we cannot verify ourselves.

    Raises OSError, ValueError, `KeyFileError`, `Refused`.
    """

    def read(before: Signer | None) -> Signer:
        # 1.
        signer = Signer.from_pem(read_key(key), certificate.read_bytes())
        # 2.
        if before is not None and signer.oin != before.oin:
            raise Refused(Reason.CERTIFICATE_UNSUITABLE, problem="it is another party's")
        # 3.
        dsse.verify(signer.sign(b"start", HUB_RECEIPT), HUB_RECEIPT, trust, clock())
        return signer

    return Reloaded("signing", (certificate, key), read)


def earliest_end(chain: Sequence[bytes]) -> dt.datetime:
    """Return the earliest notAfter of DER certificates, at least one."""
    return min(x509.load_der_x509_certificate(each).not_valid_after_utc for each in chain)


def _context(certificate: Path, key: Path, roots: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=roots)
    # With a password, even an empty one, OpenSSL refuses an encrypted key; without
    # it, it would ask for the password on the terminal.
    context.load_cert_chain(certificate, key, password="")
    context.set_alpn_protocols(["h2"])
    return context
