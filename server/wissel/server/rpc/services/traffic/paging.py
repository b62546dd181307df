"""Page tokens of ListDeliveries: the position of the last delivery that was shown."""

import datetime as dt
from uuid import UUID

from wissel.routing.exchange.delivery import Position
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin


def position_text(position: Position) -> str:
    """Return a position as a page token holds it: RFC 3339 in UTC, OIN and message id."""
    accepted = position.accepted.astimezone(dt.UTC).isoformat()
    return f"{accepted} {position.sender_oin} {position.message_id}"


def parse_position(text: str) -> Position:
    """Return the position that `position_text` wrote.

    Raises `Refused(PAGE_TOKEN_INVALID)`, also for a token of a version that
    paged by number.
    """
    try:
        accepted, sender_oin, message_id = text.split(" ")
        position = Position(
            accepted=dt.datetime.fromisoformat(accepted),
            sender_oin=Oin.parse(sender_oin),
            message_id=UUID(message_id),
        )
        if position_text(position) == text:
            return position
    except (ValueError, OverflowError, Refused):
        pass
    raise Refused(Reason.PAGE_TOKEN_INVALID, field="page_token")
