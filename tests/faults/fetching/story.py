"""What each side knows of a message that was fetched, side by side."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.fetching.stage import FetchLane, FetchStage
from faults.story import journal_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One message, as the hub and the requester tell it.

    `delivery` and `entries` are rows of the journal. `state` is what the requester
    remembers, `opening` the bytes of what it was given first; `files` are what it
    accepted. `lane` is the one to whose delivery point it went.
    """

    message_id: str
    delivery: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    state: str
    opening: bytes
    files: tuple[Path, ...]
    lane: FetchLane | None

    def __str__(self) -> str:
        moves = [
            f"    {entry['recorded']} attempt {entry['attempt']} {entry['state']} "
            f"{entry['reason']} by {entry['owner']}"
            for entry in self.entries
        ]
        return "\n".join(
            [
                f"{self.message_id} (lane {self.lane.number if self.lane else 'unknown'})",
                f"  hub: {self.delivery.get('state', 'unknown')}",
                *moves,
                f"  requester: {self.state or 'nothing'}, {len(self.files)} files",
            ]
        )


def fetched_messages(stage: FetchStage) -> list[Fetched]:
    """Return the story of every message that the hub or the requester knows."""
    deliveries, entries = journal_rows(stage)
    remembered = remembered_by(stage)
    kept = [each for each in stage.kept.rglob("*") if each.is_file()]
    lanes = {lane.routing_key: lane for lane in stage.lanes}
    told = []
    for message_id in sorted({*deliveries, *remembered, *(each.stem for each in kept)}):
        delivery = deliveries.get(message_id, {})
        state, opening = remembered.get(message_id, ("", b""))
        told.append(
            Fetched(
                message_id=message_id,
                delivery=delivery,
                entries=tuple(entries.get(message_id, ())),
                state=state,
                opening=opening,
                files=tuple(each for each in kept if each.stem == message_id),
                lane=lanes.get(delivery.get("routing_key", "")),
            )
        )
    return told


def remembered_by(stage: FetchStage) -> dict[str, tuple[str, bytes]]:
    """Return what the requester remembers: message id to state and opening."""
    path = stage.fetched / "fetched.db"
    if not path.exists():
        return {}
    query = (
        "SELECT message_id, state, opening FROM fetched JOIN message USING (sender_oin, message_id)"
    )
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        rows = connection.execute(query).fetchall()
    return {message_id: (state, opening) for message_id, state, opening in rows}
