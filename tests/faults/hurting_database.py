"""What can happen to a wave where its messages are recorded; everything is repaired in the end."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from faults.database import Postgres, Sqlite
from faults.hub_stage import HubStage
from faults.hurting import finish_late
from faults.network import Point, Seen, Way
from faults.waves import Wave
from support.eventually import eventually


def hub_killed_in_commits(wave: Wave[HubStage]) -> None:
    """Kill the hub while it waits to commit claims and ends."""
    with wave.stage.database.journal_locked():
        wave.release()
        eventually(wave.stage.database.waiting, "a writer waits")
        wave.stage.hub.kill()
    wave.stage.hub.start()


def hub_stopped_in_commits(wave: Wave[HubStage]) -> None:
    """Stop the hub while it waits to commit claims and ends, past every deadline."""
    with wave.stage.database.journal_locked():
        wave.release()
        eventually(wave.stage.database.waiting, "a writer waits")
        wave.stage.hub.send(signal.SIGSTOP)
    wave.senders_ended()
    wave.stage.hub.send(signal.SIGCONT)


def journal_locked(wave: Wave[HubStage]) -> None:
    """Keep the journal locked until each sender has been told no, or has given up."""
    with wave.stage.database.journal_locked():
        wave.release()
        wave.senders_ended()


def database_killed(wave: Wave[HubStage]) -> None:
    """Kill PostgreSQL and start it again."""
    database = _postgres(wave.stage)
    database.kill()
    wave.release()
    database.start()


def database_stopped(wave: Wave[HubStage]) -> None:
    """Stop PostgreSQL past every deadline."""
    database = _postgres(wave.stage)
    database.stop()
    wave.release()
    wave.senders_ended()
    database.go_on()


def database_cut(wave: Wave[HubStage]) -> None:
    """Cut the hub off from PostgreSQL, once."""
    _postgres(wave.stage).wire.cut()
    wave.release()


def database_slow(wave: Wave[HubStage]) -> None:
    """Let nothing of PostgreSQL arrive until past every deadline."""
    wire = _postgres(wave.stage).wire
    wire.hold_at(lambda _seen: True)
    wave.release()
    wave.senders_ended()
    wire.release()


def commit_lost(wave: Wave[HubStage]) -> None:
    """Cut the hub off before a COMMIT arrives."""
    with _database_held(wave, lambda seen: seen.way is Way.UP and b"COMMIT" in seen.data):
        pass


def commit_answer_lost(wave: Wave[HubStage]) -> None:
    """Cut the hub off when a COMMIT has taken effect and its answer is on the way."""
    with _database_held(wave, committed()):
        pass


def hub_killed_on_commit(wave: Wave[HubStage]) -> None:
    """Kill the hub when a COMMIT has taken effect and its answer is on the way."""
    with _database_held(wave, committed()):
        wave.stage.hub.kill()
    wave.stage.hub.start()


def turn_stopped(wave: Wave[HubStage]) -> None:
    """Stop a worker that has SQLite's turn to write until the other one has said so."""
    database = wave.stage.database
    assert isinstance(database, Sqlite)
    with database.commits_held():
        wave.release()
        worker = eventually(database.turn, "a worker has its turn")
        assert worker in wave.stage.hub.children()
        os.kill(worker, signal.SIGSTOP)
    eventually(lambda: "RECORD_UNAVAILABLE" in wave.stage.hub.output(), "the other one refuses")
    wave.senders_ended()
    os.kill(worker, signal.SIGCONT)


def first_hub_stopped_in_commits(wave: Wave[HubStage]) -> None:
    """Stop the hub in the middle of a transaction until another one has done its work."""
    hub = wave.stage.hub
    with wave.stage.second_hub() as port:
        with wave.stage.database.commits_held():
            wave.release()
            eventually(wave.stage.database.waiting, "a writer waits")
            hub.send(signal.SIGSTOP)
        wave.settle(port=port)
        finish_late(hub)


@contextmanager
def _database_held(wave: Wave[HubStage], point: Point) -> Iterator[None]:
    """Hold the wire to the database at a point of what follows; in the end it is cut."""
    wire = _postgres(wave.stage).wire
    wire.hold_at(point)
    wave.release()
    eventually(wire.reached.is_set, "the database's wire is held")
    yield
    wire.cut()


def committed() -> Point:
    """Return the point at which the answer to a COMMIT comes back."""
    committing: set[int] = set()

    def point(seen: Seen) -> bool:
        if seen.way is Way.UP and b"COMMIT" in seen.data:
            committing.add(seen.connection)
        return seen.way is Way.DOWN and seen.connection in committing

    return point


def _postgres(stage: HubStage) -> Postgres:
    assert isinstance(stage.database, Postgres)
    return stage.database
