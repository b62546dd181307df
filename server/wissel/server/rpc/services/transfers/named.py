"""Which session a request names; the log line of its call says so too."""

from uuid import UUID

from wissel.server.rpc.calls.call import current
from wissel.server.rpc.requests.parsing import uuid


def session_named(text: str) -> UUID:
    """Return the id of a session in a request; raises `Refused` with the field."""
    session_id = uuid(text, "session_id")
    note_session(session_id)
    return session_id


def note_session(session_id: UUID) -> None:
    """Put a session on the log line of the call that is being served."""
    call = current()
    call.notes = {**call.notes, "session_id": str(session_id)}
