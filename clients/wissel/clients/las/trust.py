"""Identifies the caller by the certificate of its connection, and a signer by a signature."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import chain_from_pem
from wissel.routing.signing.dsse import Verified, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin

_LEAF: Final = "x509_pem_cert"
_CANDIDATES: Final = "x509_pem_cert_chain"

AuthContext = Mapping[str, Iterable[bytes]]
"""What `ServicerContext.auth_context` of gRPC returns."""


def caller_of(auth: AuthContext, paths: PathFinder, at: dt.datetime) -> Oin:
    """Return the OIN in the certificate of the calling client, whose path is valid at `at`.

    The other certificates that it sent are only candidates for the path
    (design.md#identity). Raises `Refused` with a reason of identity
    (`CERTIFICATE_…`, `OIN_…`).
    """
    leaf = next(iter(auth.get(_LEAF, ())), None)
    if leaf is None:
        raise Refused(Reason.CERTIFICATE_MISSING)
    chain = (chain_from_pem(leaf)[0], *_others(auth.get(_CANDIDATES, ())))
    return paths.path(chain, Purpose.CLIENT, at).oin


def verified(message: pb.Signed, payload_type: str, paths: PathFinder, at: dt.datetime) -> Verified:
    """Return the payload of a signed message once it is verified at `at`; see `dsse.verify`.

    Raises `Refused` if the signature or the path of the signer is not valid.
    """
    return verify(signed_of(message), payload_type, paths, at)


def _others(candidates: Iterable[bytes]) -> tuple[bytes, ...]:
    try:
        return chain_from_pem(b"\n".join(candidates))
    except Refused:  # candidates that cannot be read are not needed
        return ()
