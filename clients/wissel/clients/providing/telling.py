"""Tells requesters, by way of the hub, that there is something to fetch (OSO's notificatie).

What was done is in the store, and each announcement has an id that follows from what it
is about: so it may be made again after a crash, or by another process.
"""

import asyncio
import logging
from typing import Final
from uuid import uuid5

from wissel.clients.addressing import organisation as named
from wissel.clients.addressing import requester_of
from wissel.clients.errors import Refused, Unreachable
from wissel.clients.providing.hub_calls import NOT_NOW, HubPort
from wissel.clients.providing.preparing import Prepared
from wissel.clients.providing.storing.records import PreparedDossier, RememberedRequest
from wissel.routing.exchange.envelope import Kind, parse_message_id
from wissel.routing.exchange.kinds import SERVICE_OF_KIND
from wissel.routing.values.identifiers import RoutingKey, Swv
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

MOST: Final = 100
"""Announcements that are made in one go."""
_GIVEN_UP: Final = "GIVEN_UP"
_LOG: Final = logging.getLogger("wissel.las")


class _NotNow(Exception):
    """The hub takes no announcement now."""


async def tell(prepared: Prepared, hub: HubPort) -> int:
    """Have the hub tell who asked in vain for what is there now, and each SWV of its dossier.

    Returns how many were told. What the hub does not take now is told when this is done
    again. Raises `StorageError`.
    """
    told = 0
    try:
        for request in (await asyncio.to_thread(prepared.remembered.available))[:MOST]:
            told += await _tell_requester(prepared, hub, request)
        for dossier in (await asyncio.to_thread(prepared.store.unannounced, Kind.SWV))[:MOST]:
            told += await _tell_receivers(prepared, hub, dossier)
    except _NotNow as later:
        _LOG.warning("requesters are told later: %s", later)
    return told


async def _tell_requester(prepared: Prepared, hub: HubPort, request: RememberedRequest) -> bool:
    """Announce that what a session asked in vain is there."""
    dossier = await asyncio.to_thread(prepared.store.find, request.dossier_id)
    if dossier is None:  # withdrawn meanwhile
        return False
    source_key = request.source.routing_key or ""
    announcement = pb.AnnounceNotificationRequest(
        notification_id=str(uuid5(request.session_id, f"{dossier.dossier_id} {source_key}")),
        source_brin=request.source.organisation,
        source_routing_key=source_key,
        requester=requester_of(request.requester),
        overdrachtsoort=request.kind,
        initiator=dossier.initiator,
        session_id=str(request.session_id),
    )
    done = await _announced(hub, announcement)
    await asyncio.to_thread(lambda: prepared.remembered.told(request, done=done is not None))
    return done is not None


async def _tell_receivers(prepared: Prepared, hub: HubPort, dossier: PreparedDossier) -> int:
    """Announce a swv-dossier to each samenwerkingsverband that it is for, and keep the links."""
    told = 0
    source_key = dossier.routing_key or await _only_point(hub, dossier, dossier.brin)
    for receiver in dossier.receivers:
        organisation = receiver.address.organisation if receiver.address else None
        if not isinstance(organisation, Swv):
            continue
        key = await _only_point(hub, dossier, organisation)
        if source_key is None or key is None:
            _LOG.warning(
                "dossier %s: %s cannot be told, as the delivery point is not plain",
                dossier.dossier_id,
                organisation,
            )
            continue
        announcement = pb.AnnounceNotificationRequest(
            notification_id=str(uuid5(dossier.dossier_id, organisation)),
            source_brin=dossier.brin,
            source_routing_key=source_key,
            requester=pb.Requester(swv=organisation, routing_key=key),
            overdrachtsoort=dossier.kind,
            initiator=dossier.initiator,
        )
        done = await _announced(hub, announcement)
        if done is not None and done.link_key:
            link_key = parse_message_id(done.link_key, "link_key")
            await asyncio.to_thread(prepared.store.link, dossier.dossier_id, link_key)
            told += 1
    await asyncio.to_thread(prepared.store.announced, dossier.dossier_id)
    return told


async def _only_point(
    hub: HubPort, dossier: PreparedDossier, organisation: str
) -> RoutingKey | None:
    """Return the delivery point of an organisation: one that is named, or the only one."""
    request = pb.ListDeliveryPointsRequest(
        service=SERVICE_OF_KIND[dossier.kind], **named(organisation)
    )
    try:
        answer = await hub.call(lambda c: TransferServiceStub(c).ListDeliveryPoints, request)
    except (Refused, Unreachable) as error:
        raise _later(error) from None
    keys = {each.delivery_point.routing_key for each in answer.delivery_points}
    said = {str(receiver.routing_key) for receiver in dossier.receivers if receiver.routing_key}
    keys = keys & said or keys
    return RoutingKey(keys.pop()) if len(keys) == 1 else None


async def _announced(
    hub: HubPort, announcement: pb.AnnounceNotificationRequest
) -> pb.AnnounceNotificationResponse | None:
    """Return the answer to an announcement; None for one that will never be taken."""
    try:
        done = await hub.call(lambda c: TransferServiceStub(c).AnnounceNotification, announcement)
    except Unreachable as error:
        raise _later(error) from None
    except Refused as refused:
        if refused.code in NOT_NOW:
            raise _later(refused) from None
        _LOG.warning("session %s cannot be told: %s", announcement.session_id, refused.reason)
        return None
    return None if done.state == _GIVEN_UP else done


def _later(error: Refused | Unreachable) -> _NotNow:
    return _NotNow(error.reason if isinstance(error, Refused) else "the hub does not answer")
