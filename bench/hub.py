"""Starts the processes of a benchmark: the installed hub on a seeded register, and references."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from bench.world import NONE, facts
from wissel.clients.processes import Service
from wissel.clients.testing.cast import OPERATOR, PLAYERS
from wissel.routing.facts import Fact
from wissel.server.identity import pki
from wissel.server.registry.ports import Actor
from wissel.server.setting_rules import PREFIX
from wissel.server.store.database import Database
from wissel.server.store.migrate import migrate
from wissel.server.store.register.register import SqlRegister

READY: Final = "serving on "
_BATCH: Final = 10_000


def make_pki(folder: Path) -> None:
    """Issue the certificates of all parties in the benchmark, in `folder`."""
    now = dt.datetime.now(dt.UTC)
    pki.init(folder, now)
    for player in PLAYERS:
        pki.issue(folder, player.name, oin=player.oin, now=now)


async def seed(
    url: str,
    mandates: int,
    las_url: str,
    moved: Mapping[int, str] = NONE,
    beside: Iterable[Fact] = (),
) -> None:
    """Fill the register in one change, as an import would, with the facts `beside` as well.

    `moved` are the URLs of schools, by their number, that are not at `las_url`.
    """
    migrate(url)
    database = Database.open(url)
    register = SqlRegister(database, clock=lambda: dt.datetime.now(dt.UTC))
    batch = []
    async with register.transaction(Actor(caller=OPERATOR.oin, method="bench")) as transaction:
        for fact in chain(facts(mandates, las_url, moved), beside):
            batch.append(fact)
            if len(batch) == _BATCH:
                await transaction.put(*batch)
                batch = []
        await transaction.put(*batch)
    await database.close()


def hub(
    folder: Path,
    certificates: Path,
    log: Path,
    *,
    workers: int = 1,
    metrics: str = "127.0.0.1:0",
    **more: object,
) -> Service:
    """Return `wissel-server serve` on the register in `folder`, with everything on.

    `more` are further settings, in capitals and without their prefix.
    """
    settings = {
        "LISTEN": "127.0.0.1:0",
        "DATA_DIR": folder,
        "TLS_CERTIFICATE": certificates / "hub.pem",
        "TLS_KEY": certificates / "hub.key",
        "SIGNING_CERTIFICATE": certificates / "hub.pem",
        "SIGNING_KEY": certificates / "hub.key",
        "TRUST_ROOTS": certificates / "root.pem",
        "PRIVATE_ADDRESSES": "true",
        "METRICS_LISTEN": metrics,
        "WORKERS": workers,
        "RESOLVE_QUOTA_PER_MINUTE": 10**9,
        "MAX_TRANSFERS_PER_OIN": 64,
        "GRACE_SECONDS": 1,
        **more,
    }
    environ = {f"{PREFIX}{name}": str(value) for name, value in settings.items()}
    return Service(["wissel-server", "serve"], log=log, ready=READY, environ=environ)


def reference(*arguments: str, log: Path) -> Service:
    """Return a module of the benchmark as a process, such as `bench.bare echo`."""
    return Service(["python", "-m", *arguments], log=log, ready=READY)
