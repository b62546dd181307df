"""Rows of notifications and links, and the values that they hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from wissel.routing.exchange.fetching.links import Link
from wissel.routing.exchange.fetching.notifications import (
    Announcement,
    Notification,
    NotificationState,
)
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey
from wissel.server.store.journal.codec import instant_of, microseconds_of
from wissel.server.store.journal.sessions.codec import organisation_of, terms_of


def moved_columns(notification: Notification) -> dict[str, Any]:
    """Return the columns that a move may change."""
    return {
        "state": notification.state.value,
        "attempt": notification.attempt,
        "owner": notification.owner,
        "due": microseconds_of(notification.due),
        "lease_until": microseconds_of(notification.lease_until),
        "link_key": str(notification.link_key or ""),
    }


def notification_row(notification: Notification) -> dict[str, Any]:
    """Return the row of a notification."""
    said, terms = notification.announcement, notification.announcement.terms
    return {
        **moved_columns(notification),
        "source_oin": said.source_oin,
        "notification_id": str(said.notification_id),
        "source": terms.source,
        "source_routing_key": said.source_routing_key,
        "requester_oin": notification.requester_oin,
        "requester": str(terms.requester),
        "requester_routing_key": terms.requester_routing_key,
        "kind": terms.kind.value,
        "initiator": said.initiator,
        "session_id": str(said.session_id or ""),
        "announced": microseconds_of(notification.announced),
        "link_sha256": notification.link_sha256,
    }


def notification_of(row: Mapping[str, Any]) -> Notification:
    """Return the notification in a row."""
    return Notification(
        announcement=Announcement(
            notification_id=UUID(row["notification_id"]),
            source_oin=Oin(row["source_oin"]),
            source_routing_key=RoutingKey(row["source_routing_key"]),
            terms=terms_of(row),
            initiator=row["initiator"],
            session_id=UUID(row["session_id"]) if row["session_id"] else None,
        ),
        requester_oin=Oin(row["requester_oin"]),
        announced=instant_of(row["announced"]),
        due=instant_of(row["due"]),
        link_sha256=bytes(row["link_sha256"]),
        link_key=UUID(row["link_key"]) if row["link_key"] else None,
        state=NotificationState(row["state"]),
        attempt=row["attempt"],
        owner=row["owner"],
        lease_until=instant_of(row["lease_until"]),
    )


def link_row(link_sha256: bytes, link: Link) -> dict[str, Any]:
    """Return the row of a link."""
    return {
        "link_sha256": link_sha256,
        "source_oin": link.source_oin,
        "source": link.source,
        "source_routing_key": link.source_routing_key,
        "requester_oin": link.requester_oin,
        "requester": str(link.requester),
        "requester_routing_key": link.requester_routing_key,
        "expires": microseconds_of(link.expires),
    }


def link_of(row: Mapping[str, Any]) -> Link:
    """Return the link in a row."""
    return Link(
        source_oin=Oin(row["source_oin"]),
        source=Brin(row["source"]),
        source_routing_key=RoutingKey(row["source_routing_key"]),
        requester_oin=Oin(row["requester_oin"]),
        requester=organisation_of(row["requester"]),
        requester_routing_key=RoutingKey(row["requester_routing_key"]),
        expires=instant_of(row["expires"]),
    )
