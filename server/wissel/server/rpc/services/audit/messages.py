"""What happened, as it is answered."""

from collections.abc import Mapping
from typing import Any

from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.routing.facts import Fact
from wissel.routing.facts.keys import key_of, name_of
from wissel.routing.facts.plain import to_plain
from wissel.routing.table import Table
from wissel.server.registry.history.audience import Sight, without_persons
from wissel.server.registry.history.reading import Seen


def entry_message(seen: Seen, persons: Mapping[str, str], table: Table) -> pb.HistoryEntry:
    """Return an event as it is answered; `persons` are subjects by the id of a person."""
    event = seen.event
    whole = seen.sight is Sight.WHOLE
    before, after = _plain(event.before, whole), _plain(event.after, whole) or {}
    actor = table.party(event.actor)
    message = pb.HistoryEntry(
        revision=event.position.revision,
        place=event.position.place,
        kind=name_of(type(event.after)),
        key=key_of(event.after),
        change="CREATED" if before is None else "CHANGED",
        method=event.method.rpartition("/")[2],
        actor_oin=event.actor,
        actor_name=actor.name if actor else "",
        changed_fields=_changed(before or {}, after),
    )
    message.recorded_time.FromDatetime(event.recorded)
    if before is not None:
        message.before.update(before)
    message.after.update(after)
    if whole:
        message.person_id = event.person
        message.person = persons.get(event.person, "")
        message.reason = event.reason
    return message


def _plain(fact: Fact | None, whole: bool) -> dict[str, Any] | None:
    if fact is None:
        return None
    return to_plain(fact if whole else without_persons(fact))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields that differ, in order."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))
