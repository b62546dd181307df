"""Announcing to a requester that there is something to fetch."""

from dataclasses import replace

from wissel.routing.deciding.delivery_points import only_provides
from wissel.routing.exchange.envelope import parse_initiator
from wissel.routing.exchange.fetching.notifications import (
    Announcement,
    Notification,
    announce,
    check_announcement,
    check_session,
    repeated,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin, RoutingKey, SystemId
from wissel.server.courier.notify.ends import announced_ends
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.parsing import uuid
from wissel.server.rpc.services.transfers.named import session_named
from wissel.server.rpc.services.transfers.terms import terms_of
from wissel.traffic.v1 import transfer_service_pb2 as pb


class Announcing:
    """Answers AnnounceNotification (design.md#notifications)."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def announce(
        self, request: pb.AnnounceNotificationRequest
    ) -> pb.AnnounceNotificationResponse:
        """Keep an announcement, begin to tell its requester, and say how far that is.

        1. The same one that was announced before is answered as it stands, whatever
           the register says now; another one under its id is NOTIFICATION_ID_REUSED.
        2. Its kind fits, and it names a session or makes a link: see
           `check_announcement`.
        3. A route leads from the source to the requester: see `announced_ends`. The
           delivery point of the source is the caller's, of a system that has not made
           way: DELIVERY_POINT_UNKNOWN.
        4. A session that is named is one of both: see `check_session`.
        5. It is kept, unless there are too many: NOTIFICATIONS_EXCEEDED,
           NOTIFICATIONS_WAITING.
        """
        backend, said = self._backend, _announcement(request, caller().oin)
        # 1.
        known = await backend.notifications.find(said.source_oin, said.notification_id)
        if known is not None:
            return _response(repeated(known, said, backend.clock()))
        # 2.
        check_announcement(said)
        # 3.
        table, who = current().table, caller().asker
        ends = announced_ends(said, who, table, backend.clock())
        own = ends.point.mandate.system_id in who.system_ids
        if not own or only_provides(ends.point, backend.today()):
            raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=said.source_routing_key)
        # 4.
        if said.session_id is not None:
            session = await backend.transfers.find_transfer(said.session_id)
            check_session(said, session, _oins(table, ends.route.system_id))
        # 5.
        provided = replace(said, source_oin=ends.source.oin)
        oin, now = ends.route.receiver_oin, backend.clock()
        kept = await backend.notifications.announce(announce(provided, oin, now, backend.new_id))
        backend.tell_soon(kept)
        return _response(kept)


def _announcement(request: pb.AnnounceNotificationRequest, source_oin: Oin) -> Announcement:
    named = request.session_id
    return Announcement(
        notification_id=uuid(request.notification_id, "notification_id"),
        source_oin=source_oin,
        source_routing_key=RoutingKey.parse(request.source_routing_key, "source_routing_key"),
        terms=terms_of(request),
        initiator=parse_initiator(request.initiator, "initiator"),
        session_id=session_named(named) if named else None,
    )


def _oins(table: Table, system_id: SystemId) -> set[Oin]:
    """Return the OINs whose certificates act for a system."""
    system = table.system(system_id)
    return {system.acting_oin, system.party} if system else set()


def _response(notification: Notification) -> pb.AnnounceNotificationResponse:
    response = pb.AnnounceNotificationResponse(
        notification_id=str(notification.announcement.notification_id),
        state=notification.state.value,
        link_key=str(notification.link_key or ""),
    )
    if notification.link is not None:
        response.link_expire_time.FromDatetime(notification.link.expires)
    return response
