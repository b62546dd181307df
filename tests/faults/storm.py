"""A storm: messages all the time, and something that breaks every other second, by a seed."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from faults.database import Postgres
from faults.hub_stage import Lane
from faults.parts import Part
from faults.stage import Stage

_SENDERS: Final = 5
_LONGEST: Final = 4.0  # seconds for which something is stopped or held


@dataclass(slots=True, kw_only=True)
class Storm:
    """What happens in it comes from `chance` alone, except how fast the parts are.

    `kills` counts how often the receiver was killed; `log` says what was done.
    """

    stage: Stage
    chance: random.Random
    seed: int
    senders: dict[int, Part] = field(default_factory=dict)
    sent: int = 0
    kills: int = 0
    log: list[str] = field(default_factory=list)

    def blow(self, seconds: float) -> None:
        """Send and break for so long; then nothing is broken any more."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._send()
            breaking = self.chance.choice(self._faults())
            self.log.append(breaking.__name__)
            breaking()
            self._wait(2.0)

    def calm(self) -> None:
        """Let the last senders end, and resume what is left."""
        for sender in self.senders.values():
            sender.ended()
        self.stage.resume_all()

    def _send(self) -> None:
        for lane in self.stage.lanes[:_SENDERS]:
            sender = self.senders.get(lane.number)
            if sender is None or not sender.runs():
                dossier = self._dossier()
                self.senders[lane.number] = self.stage.send(dossier, lane).start()

    def _dossier(self) -> Path:
        self.sent += 1
        return self.stage.dossier(f"storm-{self.sent}", self.seed)

    def _faults(self) -> Sequence[Callable[[], None]]:
        common = (
            self.kill_hub,
            self.kill_worker,
            self.stop_hub,
            self.kill_receiver,
            self.stop_receiver,
            self.kill_sender,
            self.stop_sender,
            self.cut_lane,
            self.hold_lane,
            self.lock_journal,
        )
        if isinstance(self.stage.database, Postgres):
            return (*common, self.kill_database, self.stop_database, self.cut_database)
        return common

    def kill_hub(self) -> None:
        self.stage.hub.kill()
        self.stage.hub.start()

    def kill_worker(self) -> None:
        for pid in self.stage.hub.children()[:1]:
            os.kill(pid, signal.SIGKILL)

    def stop_hub(self) -> None:
        self._stopped(self.stage.hub)

    def kill_receiver(self) -> None:
        self.kills += 1
        self.stage.receiver.kill()
        self.stage.receiver.start()

    def stop_receiver(self) -> None:
        self._stopped(self.stage.receiver)

    def kill_sender(self) -> None:
        self._sender().send(signal.SIGKILL)

    def stop_sender(self) -> None:
        self._stopped(self._sender())

    def cut_lane(self) -> None:
        self.chance.choice(self._lane().legs).cut()

    def hold_lane(self) -> None:
        leg = self.chance.choice(self._lane().legs)
        after = self.chance.randrange(1_200_000)
        leg.hold_at(lambda seen: seen.up + seen.down >= after)
        self._wait(_LONGEST)
        leg.release()

    def lock_journal(self) -> None:
        with self.stage.database.journal_locked():
            self._wait(_LONGEST)

    def kill_database(self) -> None:
        database = self._postgres()
        database.kill()
        database.start()

    def stop_database(self) -> None:
        database = self._postgres()
        database.stop()
        self._wait(_LONGEST)
        database.go_on()

    def cut_database(self) -> None:
        self._postgres().wire.cut()

    def _stopped(self, part: Part) -> None:
        part.send(signal.SIGSTOP)
        self._wait(_LONGEST)
        part.send(signal.SIGCONT)

    def _sender(self) -> Part:
        return self.chance.choice(list(self.senders.values()))

    def _lane(self) -> Lane:
        return self.chance.choice(self.stage.lanes[:_SENDERS])

    def _postgres(self) -> Postgres:
        assert isinstance(self.stage.database, Postgres)
        return self.stage.database

    def _wait(self, most: float) -> None:
        """Let things happen for some time: here that is what is wanted, not a way to be in step."""
        time.sleep(self.chance.uniform(0.0, most))
