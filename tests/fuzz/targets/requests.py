"""Requests to the hub: each that is one message, read by its own servicer up to the database."""

import asyncio
import atexit
from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from typing import Any, Final, NamedTuple, cast

from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from fuzz.hub import CALLERS, Reached, backend, journal
from fuzz.shaping import joined, leaves, patched, piece
from fuzz.target import Target, told
from support.worlds import small_world
from wissel.agreement.v1 import agreement_service_pb2
from wissel.audit.v1 import audit_service_pb2
from wissel.catalog.v1 import catalog_service_pb2
from wissel.clients.testing.cast import NOORD, SWV
from wissel.endpoint.v1 import endpoint_service_pb2
from wissel.mandate.v1 import mandate_service_pb2
from wissel.move.v1 import move_service_pb2
from wissel.party.v1 import party_service_pb2
from wissel.routing.refusals.errors import Refused
from wissel.school.v1 import school_service_pb2
from wissel.server.rpc.calls.call import Call, Caller, enter
from wissel.server.rpc.calls.policy import POLICY
from wissel.server.rpc.calls.status import MAX_DETAILS, status_of
from wissel.server.rpc.services.agreements.servicer import AgreementServicer
from wissel.server.rpc.services.audit.servicer import AuditServicer
from wissel.server.rpc.services.catalog import CatalogServicer
from wissel.server.rpc.services.endpoints.servicer import EndpointServicer
from wissel.server.rpc.services.mandates.servicer import MandateServicer
from wissel.server.rpc.services.moving.servicer import MoveServicer
from wissel.server.rpc.services.parties.servicer import PartyServicer
from wissel.server.rpc.services.routes.servicer import RouteServicer
from wissel.server.rpc.services.schools.servicer import SchoolServicer
from wissel.server.rpc.services.schools.swv_servicer import SamenwerkingsverbandServicer
from wissel.server.rpc.services.traffic.servicer import TrafficServicer
from wissel.server.rpc.services.transfers.servicer import TransferServicer
from wissel.traffic.v1 import route_service_pb2, traffic_service_pb2, transfer_service_pb2

_NOBODY: Final = cast(Any, None)  # what only a stream needs
_SERVICERS: Final[tuple[tuple[Any, Any], ...]] = (
    (agreement_service_pb2, AgreementServicer(backend())),
    (audit_service_pb2, AuditServicer(backend())),
    (catalog_service_pb2, CatalogServicer(backend())),
    (endpoint_service_pb2, EndpointServicer(backend())),
    (mandate_service_pb2, MandateServicer(backend())),
    (move_service_pb2, MoveServicer(backend())),
    (party_service_pb2, PartyServicer(backend())),
    (school_service_pb2, SchoolServicer(backend())),
    (school_service_pb2, SamenwerkingsverbandServicer(backend())),
    (route_service_pb2, RouteServicer(backend())),
    (
        traffic_service_pb2,
        TrafficServicer(
            cast(Any, None),
            cast(Any, journal()),
            cast(Any, None),
            backend().follower,
            cast(Any, None),
            cast(Any, journal()),
        ),
    ),
    (transfer_service_pb2, TransferServicer(backend())),
)
_TELLS_WHO_CALLS: Final = "WhoAmI"  # its request is empty, its answer is of the connection

_GOOD: Final = {
    "oin": NOORD.oin,
    "party_oin": NOORD.oin,
    "supplier_oin": NOORD.oin,
    "brin": small_world.XA,
    "sender_brin": small_world.XA,
    "receiver_brin": small_world.XB,
    "organisation": small_world.XA,
    "pilot_organisations": small_world.XA,
    "swv": SWV,
    "board_number": small_world.BOARD_1,
    "vestiging": "00",
    "receiver_vestiging": "02",
    "service": small_world.OSO_OV,
    "service_version": small_world.OV_2026,
    "system_id": small_world.LAS_NOORD,
    "routing_key": small_world.key(small_world.XA, 1),
    "mandate_id": str(small_world.A_NOORD.mandate_id),
    "endpoint_id": str(small_world.ident("endpoint")),
    "agreement_id": str(small_world.ident("agreement")),
    "session_id": str(small_world.ident("session")),
    "notification_id": str(small_world.ident("notification")),
    "source_brin": small_world.XA,
    "source_routing_key": small_world.key(small_world.XA, 1),
    "overdrachtsoort": "overstapdossier",
    "initiator": "account-of-the-school",
    "message_id": str(small_world.ident("message")),
    "test_message_ids": str(small_world.ident("test")),
    "request_id": str(small_world.ident("request")),
    "url": "https://las.noord.example",
    "aanleverpunt": "0",
    "attribute": "LAS",
    "kind": "OSO",
    "kinds": "mandate",
    "qualification": f"{small_world.LAS_NOORD}/{small_world.OSO_OV}",
    "from_date": "2026-08-01",
    "until_date": "2026-09-01",
    "role": "VENDOR",
    "rollout": "OPEN",
    "name": "School",
    "reason": "asked for",
    "start_date": "2026-09-01",
    "end_date": "2027-07-31",
    "reference_date": "2026-09-01",
    "on_date": "2026-09-01",
    "spki_sha256": "0" * 64,
}
"""What a field of this name holds in a request that is right."""


class _Method(NamedTuple):
    name: str
    serve: Callable[[Any, Any], Coroutine[None, None, Message]]
    request: type[Message]


def _methods() -> Iterable[_Method]:
    for module, servicer in _SERVICERS:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                if _served(method, servicer):
                    serve = getattr(servicer, method.name)
                    name = f"/{service.full_name}/{method.name}"
                    yield _Method(name, serve, GetMessageClass(method.input_type))


def _served(method: MethodDescriptor, servicer: object) -> bool:
    own = method.name in vars(type(servicer)) and method.name != _TELLS_WHO_CALLS
    streams: bool = cast(Any, method).client_streaming
    return own and not streams


_METHODS: Final = tuple(_methods())
_RESOLVE, _BATCH, _EXPLAIN = (
    next(each for each in _METHODS if each.name.endswith(f"/{name}"))
    for name in ("ResolveRoute", "BatchResolveRoutes", "ExplainRoute")
)


def _filled(message: Message) -> Message:
    """Fill in what `_GOOD` has, also within; of a choice the last."""
    names = message.DESCRIPTOR.fields_by_name
    for field in message.DESCRIPTOR.fields:
        many = field.is_repeated
        value = getattr(message, field.name)
        if field.name == "swv" and "brin" in names and field.containing_oneof is None:
            continue  # beside a BRIN it is one too many
        if field.message_type and field.message_type.full_name.startswith("wissel."):
            _filled(value.add() if many else value)
        elif field.name in _GOOD:
            good = str(_GOOD[field.name])
            value.append(good) if many else setattr(message, field.name, good)
    return message


_BASES: Final = tuple(_filled(each.request()).SerializeToString() for each in _METHODS)


def _check_request(data: bytes) -> str:
    """Call a method as a caller: the numbers of both, then pieces of what changes in a request."""
    if len(data) < 2:
        return "nothing"
    number, caller = data[0] % len(_METHODS), CALLERS[data[1] % len(CALLERS)]
    method = _METHODS[number]
    fields: Any = method.request.DESCRIPTOR
    try:
        request = method.request.FromString(patched(_BASES[number], fields, data[2:]))
    except DecodeError:
        return "no message"
    name = method.name.rpartition("/")[2]
    try:
        answer: Any = _served_by(method, request, caller)
    except Reached:
        return f"{name} read"
    except Refused as refused:
        _require_small(refused)
        if method is _RESOLVE:
            _require_same(cast(Any, request), caller, refused)
        return f"{name} {told(refused)}"
    if method is _RESOLVE:
        _require_same(cast(Any, request), caller, answer)
    return f"{name} answered"


def _served_by(method: _Method, request: Message, caller: Caller) -> Message:
    """Return the answer of a method, in the one event loop that serves all of them."""
    row, table = POLICY[method.name], backend().follower.table
    call = Call(method.name, row, cast(Any, _Metadata()), table, 0.0)
    call.caller = caller
    enter(call)
    return _loop().run_until_complete(method.serve(request, call.context))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return loop


class _Metadata:
    """What comes along with a call."""

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return (("wissel-user", "jansen@desk"), ("accept-language", "nl"))


def _require_small(refused: Refused) -> None:
    """A status that is too large would be lost with its reason."""
    for language in ("en", "nl"):
        assert status_of(refused, language).ByteSize() <= MAX_DETAILS


def _require_same(
    request: route_service_pb2.ResolveRouteRequest,
    caller: Caller,
    outcome: Refused | route_service_pb2.ResolveRouteResponse,
) -> None:
    """A route that is asked for by itself, in a batch and with its steps is the same."""
    if request.HasField("at_least_revision"):
        return
    batch: Any = _served_by(
        _BATCH, route_service_pb2.BatchResolveRoutesRequest(queries=[request] * 51), caller
    )
    (result,) = {each.SerializeToString(): each for each in batch.results}.values()
    explained = _explained(request, caller)
    reason = explained.reason
    if isinstance(outcome, Refused):
        assert reason == outcome.reason == result.refusal.reason
    else:
        assert reason == ""
        assert explained.route == result.route == outcome.route


def _explained(request: route_service_pb2.ResolveRouteRequest, caller: Caller) -> Any:
    """Return the steps with their outcome, or what could not be read."""
    try:
        asked = route_service_pb2.ExplainRouteRequest(query=request)
        return _served_by(_EXPLAIN, asked, caller)
    except Refused as unread:
        return unread


_ODD: Final = (b"", b"\0", b"\xff", b"99XA", b"PO9901", b"111222333", b"2026-02-30", b"\xc3\x89")


def _request_seeds() -> Iterable[bytes]:
    for number, method in enumerate(_METHODS):
        fields: Descriptor = cast(Any, method.request.DESCRIPTOR)
        yield from (bytes([number, caller]) for caller in range(len(CALLERS)))
        for selector in range(len(leaves(fields)) + 1):
            yield from (bytes([number, 2]) + piece(selector, odd) for odd in _ODD)
    yield bytes([_METHODS.index(_RESOLVE), 0]) + joined([(0, b"99XA"), (3, b"99XB")])


TARGETS: Final = (Target(name="request", check=_check_request, seeds=_request_seeds),)
