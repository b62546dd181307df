"""Keys of systems: taken as their vendors signed them, and shown so (design.md#search-keys)."""

import datetime as dt
from typing import Final
from uuid import UUID

from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.exchange.fetching.system_keys import signed_key
from wissel.routing.exchange.messages import instant_of
from wissel.routing.facts import SystemKey
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import SystemId
from wissel.server.courier.wire import signed_message, signed_text, signed_value
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.parsing import few, uuid

MOST_SYSTEMS: Final = 20
"""Systems of which one call shows the keys, or the keys; at most 80 in all, of 14 KiB."""


def key_in(request: pb.RegisterSystemKeyRequest, backend: Backend) -> SystemKey:
    """Return the key that a request brings, once its statement was verified.

    See `system_keys.signed_key`: the caller signed it, for this hub. What is kept has
    nothing in it that was not verified.
    """
    if not request.HasField("key"):
        raise Refused(Reason.FIELD_REQUIRED, field="key")
    signed = signed_value(request.key)
    said = signed_key(
        signed,
        dossier_pb2.SystemKey,
        backend.trust.checking(current().table.revoked),
        caller().oin,
        backend.hub_oin,
        backend.clock(),
    )
    return SystemKey(
        system_id=said.system_id,
        key_id=said.key_id,
        public_key=said.public_key.hex(),
        start=said.start,
        end=said.end,
        statement=signed_text(signed_message(signed)),
    )


def moment_in(request: pb.ListSystemKeysRequest, backend: Backend) -> dt.datetime:
    """Return when the keys that are asked for may be used; by default now."""
    if not request.HasField("on_time"):
        return backend.clock()
    return instant_of(request.on_time, "on_time")


def asked_in(request: pb.ListSystemKeysRequest) -> tuple[list[SystemId], list[UUID]]:
    """Return the systems or the keys of a request, at least one of either and none of the other."""
    if request.system_ids and request.key_ids:
        raise Refused(Reason.FIELD_INVALID, field="key_ids", expected="none beside system_ids")
    if not request.system_ids and not request.key_ids:
        raise Refused(Reason.FIELD_REQUIRED, field="system_ids")
    systems = few(request.system_ids, MOST_SYSTEMS, "system_ids")
    keys = few(request.key_ids, MOST_SYSTEMS, "key_ids")
    return (
        [SystemId.parse(each, "system_ids") for each in systems],
        [uuid(each, "key_ids") for each in keys],
    )
