"""What each side knows of a message, side by side."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from faults.hub_stage import HubStage
from faults.stage import Stage
from wissel.routing.exchange.delivery import State
from wissel.server.store.journal.tables import DELIVERY, ENTRY

_STATES: Final = ("pending", "sent", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One message, as the sender, the hub and the receiver tell it.

    `outcomes` are the folders of the outbox in which it lies, `outbox` the
    entry; `delivery` and `entries` are rows of the journal; `inbox` is the
    receiver's state, `imports` counts how often `accept` ended, `files` is what
    it kept.
    """

    message_id: str
    dossier: Path
    outcomes: tuple[str, ...]
    outbox: Mapping[str, Any]
    delivery: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    inbox: str
    imports: int
    files: tuple[Path, ...]

    @property
    def sha256(self) -> str:
        """The digest of what was to be delivered."""
        return hashlib.sha256(self.dossier.read_bytes()).hexdigest()

    def __str__(self) -> str:
        refused = self.outbox.get("reason", "")
        moves = [
            f"    {entry['recorded']} attempt {entry['attempt']} {entry['state']} "
            f"{entry['reason']} by {entry['owner']}"
            for entry in self.entries
        ]
        standing = self.delivery.get("state", "unknown")
        return "\n".join(
            [
                f"{self.message_id} ({self.dossier.stem})",
                f"  sender: {', '.join(self.outcomes) or 'nothing'} {refused}",
                f"  hub: {standing}",
                *moves,
                f"  receiver: {self.inbox or 'nothing'}",
                f"    imported {self.imports} times, {len(self.files)} files",
            ]
        )


def stories(stage: Stage) -> list[Story]:
    """Return the story of every message that any of the three knows."""
    outbox = _outbox(stage)
    deliveries, entries = journal_rows(stage)
    inbox = inbox_states(stage)
    imports = re.findall(r'"message_id": "([^"]+)"', stage.receiver.output())
    kept = [each for each in stage.received.rglob("*") if each.is_file()]
    known = {*outbox, *deliveries, *inbox, *imports, *(each.name[:36] for each in kept)}
    told = []
    for message_id in sorted(known):
        found = outbox.get(message_id, {})
        entry = next(iter(found.values()), {})
        told.append(
            Story(
                message_id=message_id,
                dossier=Path(entry.get("path", "/dev/null")),
                outcomes=tuple(found),
                outbox=entry,
                delivery=deliveries.get(message_id, {}),
                entries=tuple(entries.get(message_id, ())),
                inbox=inbox.get(message_id, ""),
                imports=imports.count(message_id),
                files=tuple(each for each in kept if each.name.startswith(message_id)),
            )
        )
    return told


def _outbox(stage: Stage) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for state in _STATES:
        for path in (stage.outbox / state).glob("*.json"):
            found.setdefault(path.stem, {})[state] = json.loads(path.read_bytes())
    return found


def journal_rows(
    stage: HubStage,
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return deliveries, and the entries of each in order, both by message id."""
    with stage.database.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(DELIVERY)).mappings()]
        moves = connection.execute(select(ENTRY).order_by(ENTRY.c.id)).mappings()
        entries: dict[str, list[dict[str, Any]]] = {}
        for move in moves:
            entries.setdefault(move["message_id"], []).append(dict(move))
    return {row["message_id"]: row for row in rows}, entries


def delivery_states(stage: HubStage) -> dict[str, State]:
    """Return where the hub says each message stands."""
    with stage.database.engine.connect() as connection:
        rows = connection.execute(select(DELIVERY.c.message_id, DELIVERY.c.state))
        return {message_id: State(state) for message_id, state in rows}


def inbox_states(stage: Stage) -> dict[str, str]:
    """Return what the receiver remembers: message id to state."""
    path = stage.inbox / "inbox.db"
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return dict(connection.execute("SELECT message_id, state FROM message").fetchall())
