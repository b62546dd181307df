"""A signed message in JSON, as files and answers have it."""

import base64

from google.protobuf import json_format

from wissel.dossier.v1 import dossier_pb2 as pb


def signed_in(value: object, *, absent: str, unreadable: str) -> pb.Signed:
    """Return the signed message that `value` is, part of JSON that was decoded.

    It is base64 of the serialized `Signed`, or as grpcurl and `--json` print one. Raises
    ValueError with `absent` for anything else, and with `unreadable` for one that is broken.
    """
    try:
        if isinstance(value, str):
            return pb.Signed.FromString(base64.b64decode(value, validate=True))
        if isinstance(value, dict):
            return json_format.ParseDict(value, pb.Signed())
    except Exception:  # noqa: BLE001 - base64, protobuf and JSON each have errors of their own
        raise ValueError(unreadable) from None
    raise ValueError(absent)
