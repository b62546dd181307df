"""What a hub signed when an agreement was accepted: kept as a file, and verified offline."""

import base64
import datetime as dt
from collections.abc import Mapping

from wissel.clients.sending.signed_json import signed_in
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.acceptance import Acceptance, verify_acceptance
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin


def acceptance_record(signed: pb.Signed) -> dict[str, str]:
    """Return the fields (JSON) of a file that keeps an acceptance; `acceptance_in` reads them."""
    return {"acceptance": base64.b64encode(signed.SerializeToString()).decode("ascii")}


def acceptance_in(written: object) -> pb.Signed:
    """Return the acceptance in `written`, JSON that was decoded.

    It is written as `acceptance_record` does, or as grpcurl and `--json` print an answer
    that has one. Raises ValueError if there is none, or it cannot be read.
    """
    value = written.get("acceptance") if isinstance(written, Mapping) else None
    return signed_in(value, absent="no acceptance in it", unreadable="the acceptance in it is none")


def prove_acceptance(
    signed: pb.Signed, paths: PathFinder, hub_oin: Oin, now: dt.datetime
) -> Acceptance:
    """Return what a hub says about an acceptance, verified offline.

    See `wissel.routing.exchange.acceptance`. Raises
    `wissel.routing.refusals.errors.Refused(ACCEPTANCE_INVALID)`.
    """
    return verify_acceptance(signed_of(signed), pb.AgreementAcceptance, paths, hub_oin, now)
