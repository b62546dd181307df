"""What a source asks the hub about an order: is it a session, and which key has its requester."""

import asyncio
import datetime as dt
from collections.abc import Awaitable
from typing import Final, Protocol, TypeVar

import grpc

from wissel.clients.addressing import requester_of
from wissel.clients.errors import Refused, Unreachable
from wissel.clients.identity import Material
from wissel.clients.statements.system_keys import verified_key
from wissel.clients.transport.connection import Request, Response, Unary
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.exchange.fetching.system_keys import KeyStatement
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.bounded_cache import BoundedCache
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

Result = TypeVar("Result")
WITHIN: Final = 10.0
"""Seconds for the hub to answer: a source has 15 for its first part."""
_REMEMBERED: Final = 256
NOT_NOW: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.CANCELLED,
    }
)
"""Codes of what may pass."""


class HubPort(Protocol):
    """The part of `AsyncHub` that a source uses."""

    async def call(self, method: Unary[Request, Response], request: Request) -> Response:
        """Call a unary method."""
        ...


class Declined(Exception):
    """The hub does not know an order as a session, or shows no key: nothing is given."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HubCalls:
    """Asks the hub; the keys that it showed last are remembered, and verified each time."""

    def __init__(self, hub: HubPort) -> None:
        self._hub = hub
        self._keys: BoundedCache[str, tuple[dossier_pb2.Signed, ...]] = BoundedCache(_REMEMBERED)

    async def check(self, order: ProvideOrder) -> None:
        """Return if the hub knows the order as a session.

        Raises `Declined` with the hub's reason, or `Refused(SOURCE_FAILED)` of the rules
        without an answer.
        """
        request = pb.CheckTransferRequest(
            session_id=str(order.session_id),
            source_brin=order.source.organisation,
            source_routing_key=order.source.routing_key or "",
            requester=requester_of(order.requester),
            overdrachtsoort=order.kind,
        )
        await _answered(self._hub.call(lambda c: TransferServiceStub(c).CheckTransfer, request))

    async def requester_key(
        self, order: ProvideOrder, material: Material, now: dt.datetime
    ) -> KeyStatement:
        """Return the requester's key by the id in the order, as the requester itself signed it.

        Raises as `check`; SYSTEM_KEY_INVALID if the hub shows no key that holds.
        """
        key_id = order.wish.requester_key_id
        for known in (self._keys.get(key_id, ()), None):
            shown = await self._shown(key_id) if known is None else known
            for signed in shown:
                try:
                    said = verified_key(
                        signed, material.paths, order.requester_oin, order.hub_oin, now
                    )
                except RuleRefused:
                    continue
                if str(said.key_id) == key_id.lower():
                    return said
        raise Declined(Reason.SYSTEM_KEY_INVALID)

    async def _shown(self, key_id: str) -> tuple[dossier_pb2.Signed, ...]:
        request = party.ListSystemKeysRequest(key_ids=[key_id])
        answer = await _answered(
            self._hub.call(lambda c: PartyServiceStub(c).ListSystemKeys, request)
        )
        keys = tuple(answer.keys)
        self._keys.put(key_id, keys)
        return keys


async def _answered(call: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(WITHIN):
            return await call
    except Refused as refused:
        if refused.code in NOT_NOW:
            raise RuleRefused(Reason.SOURCE_FAILED, problem=refused.reason) from None
        raise Declined(refused.reason) from None
    except (Unreachable, TimeoutError):
        raise RuleRefused(Reason.SOURCE_FAILED, problem="the hub does not answer it") from None
