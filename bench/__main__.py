"""`make bench`: how much of bare gRPC's speed is left with everything on.

Prints one line per figure and writes them to `bench/results.json`. Run it on
an otherwise idle machine; the method is that of `bench.method`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from bench.bare import channel
from bench.hub import hub, make_pki, reference, seed
from bench.load import DOSSIER_BYTES, Sender, resolving
from bench.method import Comparison, Subject, compare
from bench.world import PER_SCHOOL
from wissel.clients.processes import Service

RESULTS: Final = Path(__file__).parent / "results.json"
GOALS: Final = {"resolve_ratio_10k": 0.70, "forward_175k_ratio": 0.55}
_MANDATES: Final = 10_000
_RESOLVERS: Final = 16
_SENDERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The processes that run, by their part."""

    certificates: Path
    hub: Service
    echo: Service
    relay: Service


def main() -> int:
    """Run the figures that were asked for; without any, all of them."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(GOALS), help="by default all")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    wanted = options.only or list(GOALS)
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="wissel-bench-") as name, _running(Path(name)) as bench:
        for key in wanted:
            sys.stderr.write(f"{key}: {2 * options.rounds} rounds of {options.seconds:g} s …\n")
            measured = uvloop.run(_measure(key, bench, options.rounds, options.seconds))
            results[key] = round(measured.ratio, 3)
            print(measured.row(key, "calls"), flush=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**known, **results}, indent=2) + "\n")
    for key, ratio in results.items():
        print(f"{key:<24} {ratio:5.2f}  goal {GOALS[key]:.2f}: {_verdict(ratio, GOALS[key])}")
    return 0


@contextmanager
def _running(folder: Path) -> Iterator[Bench]:
    certificates = folder / "pki"
    make_pki(certificates)
    with ExitStack() as stack:
        las = stack.enter_context(
            reference("bench.receiver", str(certificates), "zuid", log=folder / "las.log")
        )
        bare_las = stack.enter_context(
            reference("bench.bare", "receiver", str(certificates), log=folder / "bare-las.log")
        )
        sys.stderr.write(f"seeding {_MANDATES:,} mandates …\n")
        asyncio.run(
            seed(f"sqlite:///{folder / 'registry.db'}", _MANDATES, f"https://{las.address}")
        )
        yield Bench(
            certificates=certificates,
            hub=stack.enter_context(hub(folder, certificates, folder / "hub.log")),
            echo=stack.enter_context(
                reference("bench.bare", "echo", str(certificates), log=folder / "echo.log")
            ),
            relay=stack.enter_context(
                reference(
                    "bench.bare",
                    "relay",
                    str(certificates),
                    bare_las.address,
                    log=folder / "relay.log",
                )
            ),
        )


async def _measure(key: str, bench: Bench, rounds: int, seconds: float) -> Comparison:
    if key.startswith("resolve"):
        ours, bare = (
            Subject(
                name=service.address,
                call=resolving(
                    channel(service.address, bench.certificates, "duo"), _MANDATES // PER_SCHOOL
                ),
                pids=[service.pid],
                concurrency=_RESOLVERS,
            )
            for service in (bench.hub, bench.echo)
        )
    else:
        ours, bare = (
            Subject(
                name=service.address,
                call=Sender(
                    channel(service.address, bench.certificates, "noord"),
                    bench.certificates,
                    DOSSIER_BYTES,
                ).call,
                pids=[service.pid],
                concurrency=_SENDERS,
            )
            for service in (bench.hub, bench.relay)
        )
    return await compare(ours, bare, rounds=rounds, seconds=seconds)


def _verdict(ratio: float, goal: float) -> str:
    return "reached" if ratio >= goal else "not reached"


if __name__ == "__main__":
    sys.exit(main())
