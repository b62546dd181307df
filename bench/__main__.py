"""`make bench`: the hub's speed as a share of bare gRPC's, its memory, and how soon it revokes.

Prints one line per figure and writes them to `bench/results.json`. Run it on
an otherwise idle machine; `bench.method` tells how two servers are compared.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.figures import FIGURES, keep
from bench.hub import make_pki
from bench.stage import Bench
from bench.stages import STAGES


def main() -> int:
    """Measure the figures of `--only`, by default all; return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(FIGURES), help="by default all")
    parser.add_argument("--rounds", type=int, default=9, help="pairs of rounds (%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of a round (%(default)s)")
    options = parser.parse_args()
    wanted = set(options.only or FIGURES)
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="wissel-bench-") as name:
        certificates = Path(name) / "pki"
        make_pki(certificates)
        for number, (stage, keys) in enumerate(STAGES.items()):
            if not wanted.intersection(keys):
                continue
            sys.stderr.write(f"{stage.__name__}: {', '.join(wanted.intersection(keys))} …\n")
            folder = Path(name) / str(number)
            folder.mkdir()
            bench = Bench(
                folder=folder,
                certificates=certificates,
                rounds=options.rounds,
                seconds=options.seconds,
            )
            for figure in stage(bench, wanted):
                results[figure.key] = round(figure.value, 3)
                print(figure.row, flush=True)
    keep(results)
    for key, value in results.items():
        goal = FIGURES[key]
        print(f"{key:<24} {value:8.2f}  {goal.verdict(value) if goal else 'no goal'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
