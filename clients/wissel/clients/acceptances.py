"""What a hub signed when an agreement was accepted: kept as a file, and verified offline."""

import base64
import datetime as dt
from collections.abc import Mapping

from google.protobuf import json_format

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
    try:
        if isinstance(value, str):
            return pb.Signed.FromString(base64.b64decode(value, validate=True))
        if isinstance(value, dict):
            return json_format.ParseDict(value, pb.Signed())
    except Exception:  # noqa: BLE001 - base64, protobuf and JSON each have errors of their own
        raise ValueError("the acceptance in it is none") from None
    raise ValueError("no acceptance in it")


def prove_acceptance(
    signed: pb.Signed, paths: PathFinder, hub_oin: Oin, now: dt.datetime
) -> Acceptance:
    """Return what a hub says about an acceptance, verified offline.

    See `wissel.routing.exchange.acceptance`. Raises
    `wissel.routing.refusals.errors.Refused(ACCEPTANCE_INVALID)`.
    """
    return verify_acceptance(signed_of(signed), pb.AgreementAcceptance, paths, hub_oin, now)
