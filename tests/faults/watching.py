"""Those who watch mandates while the hub and its database are hurt, and who changes them."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from faults.database import Postgres
from faults.hurting_database import committed
from faults.network import Point, Way
from faults.parts import Part
from faults.stage import Stage
from support.eventually import eventually
from wissel.clients import Hub, Identity, Patience
from wissel.clients.testing.cast import OPERATOR, ZUID
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

_WHY: Final = "testing"
_NAMES: Final = (ZUID.name, OPERATOR.name)


@dataclass
class Watching:
    """A desk that changes mandates, and a vendor and an operator that are told of it."""

    stage: Stage
    desk: Hub
    watchers: Sequence[Part]
    revisions: list[int] = field(default_factory=list)
    mandate: str = ""

    def change(self) -> None:
        """Give a mandate, or end the one that was given; whatever happens meanwhile, once."""
        if self.mandate:
            ending = pb.EndMandateRequest(mandate_id=self.mandate, immediately=True, reason=_WHY)
            ended = self.desk.call(lambda c: MandateServiceStub(c).EndMandate, ending)
            self.mandate = ""
            self.revisions.append(ended.revision)
        else:
            giving = pb.CreateMandateRequest(
                brin=self.stage.lanes[0].school,
                service="RIO",
                system_id=f"las-{ZUID.name}",
                reason=_WHY,
            )
            given = self.desk.call(lambda c: MandateServiceStub(c).CreateMandate, giving)
            self.mandate = given.mandate.mandate_id
            self.revisions.append(given.revision)

    def require_all_told(self) -> None:
        """Both were told of every change, in order, and end with the state of the register."""
        for watcher in self.watchers:
            told = eventually(
                partial(responses, watcher),
                "the last change was told",
                until=lambda told: told and told[-1]["registry_revision"] >= self.revisions[-1],
            )
            seen = [int(each["registry_revision"]) for each in told if each["mandates"]]
            assert [] == [each for each in told if "resync" in each]
            assert seen == sorted(seen)
            assert set(self.revisions) <= set(seen)
            assert self._known(told) == self._now(told)

    def _known(self, told: list[dict[str, Any]]) -> dict[str, str]:
        changes = [each["mandate"] for response in told for each in response["mandates"]]
        return {each["mandate_id"]: each["etag"] for each in changes}

    def _now(self, told: list[dict[str, Any]]) -> dict[str, str]:
        listed = self.desk.mandates(include_ended=True)
        known = self._known(told)
        return {each.mandate_id: each.etag for each in listed if each.mandate_id in known}


def responses(watcher: Part) -> list[dict[str, Any]]:
    """What one was told, as it printed it."""
    lines = [json.loads(line) for line in watcher.output().splitlines() if line.startswith("{")]
    return [line | {"registry_revision": int(line["registry_revision"])} for line in lines]


@contextmanager
def watching(stage: Stage) -> Iterator[Watching]:
    """Let two watch from now on, while the block lasts."""
    pki = stage.folder / "pki"
    identity = Identity.load(pki / "operator.pem", pki / "operator.key", stage.roots)
    server = f"127.0.0.1:{stage.hub_port}"
    patience = Patience(total=120, most=1)
    with Hub(server, identity, user="testing", patience=patience) as desk:
        begun = Watching(stage, desk, [])
        begun.change()
        watchers = [_watcher(stage, pki, name, begun.revisions[0]) for name in _NAMES]
        begun.watchers = watchers
        try:
            for each in watchers:
                each.start()
                eventually(partial(responses, each), "the watch has begun")
            begun.revisions.clear()
            yield begun
        finally:
            for each in watchers:
                each.kill()


def _watcher(stage: Stage, pki: Path, name: str, revision: int) -> Part:
    environ = {
        "PATH": os.environ["PATH"],
        "WISSEL_SERVER": f"127.0.0.1:{stage.hub_port}",
        "WISSEL_CERTIFICATE": str(pki / f"{name}.pem"),
        "WISSEL_KEY": str(pki / f"{name}.key"),
        "WISSEL_TRUST_ROOTS": str(stage.roots),
    }
    arguments = ["wissel", "mandate", "watch", "--json", "--from", str(revision)]
    return Part(arguments, log=stage.folder / f"watch-{name}.log", environ=environ)


Change = Callable[[], None]


def hub_killed(stage: Stage, change: Change) -> None:
    """Kill the hub and start it again."""
    stage.hub.kill()
    stage.hub.start()
    change()


def worker_killed(stage: Stage, change: Change) -> None:
    """Kill one worker; the other one makes a change."""
    os.kill(stage.hub.children()[0], signal.SIGKILL)
    change()


def database_killed(stage: Stage, change: Change) -> None:
    """Kill PostgreSQL and start it again."""
    database = _postgres(stage)
    database.kill()
    database.start()
    change()


def database_stopped(stage: Stage, change: Change) -> None:
    """Stop PostgreSQL until the hub notices."""
    database, said = _postgres(stage), len(stage.hub.output())
    database.stop()
    eventually(lambda: "following failed" in stage.hub.output()[said:], "the hub has noticed")
    database.go_on()
    change()


def database_cut(stage: Stage, change: Change) -> None:
    """Cut the hub off from PostgreSQL, once."""
    _postgres(stage).wire.cut()
    change()


def commit_lost(stage: Stage, change: Change) -> None:
    """Cut the hub off before a COMMIT arrives."""
    _cut_at(stage, change, lambda seen: seen.way is Way.UP and b"COMMIT" in seen.data)


def commit_answer_lost(stage: Stage, change: Change) -> None:
    """Cut the hub off when a COMMIT has taken effect and its answer is on the way."""
    _cut_at(stage, change, committed())


def _cut_at(stage: Stage, change: Change, point: Point) -> None:
    wire = _postgres(stage).wire
    wire.hold_at(point)
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        eventually(wire.reached.is_set, "the database's wire is held")
        wire.cut()
        changing.result()


def _postgres(stage: Stage) -> Postgres:
    assert isinstance(stage.database, Postgres)
    return stage.database
