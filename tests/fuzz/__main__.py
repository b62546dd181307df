"""`make fuzz`: every target under atheris, one after the other, for a stated number of inputs.

    python -m fuzz [TARGET...] [--runs N] [--seconds S] [--seed N]

Inputs that reach something new join the corpus; one that breaks a target is
left in `.fuzz/`, and is the answer of the command.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fuzz.corpus import KEPT, keep
from fuzz.target import Target, quiet
from fuzz.targets import TARGETS

_WORK: Final = Path(__file__).parents[2] / ".fuzz"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, for inputs as files
_PER_INPUT_SECONDS: Final = 5
_MEMORY_MIB: Final = 1024
_DONE: Final = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERED: Final = re.compile(r"cov: (\d+) ft: (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """What one run of a target came to; `found` is the input that broke it."""

    inputs: int
    seconds: int
    edges: int
    features: int
    found: Path | None


def hunt(target: Target, runs: int, seconds: int, seed: int) -> Hunt:
    """Run a target under atheris in a process of its own."""
    work = _WORK / target.name
    seeds, broken = work / "seeds", work / "broken"
    for folder in (work / "inputs", seeds, broken, KEPT / target.name):
        folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (seeds / f"{number:05}").write_bytes(content)
    told = _run(
        target.name,
        f"-runs={runs}",
        f"-max_total_time={seconds}",
        f"-max_len={target.max_bytes}",
        f"-seed={seed}",
        f"-timeout={_PER_INPUT_SECONDS}",
        f"-rss_limit_mb={_MEMORY_MIB}",
        f"-artifact_prefix={broken}/",
        *map(str, (work / "inputs", KEPT / target.name, seeds)),
    )
    done, covered = _DONE.search(told), _COVERED.findall(told)
    if done is None:
        print(told[-3000:])
    edges, features = covered[-1] if covered else ("0", "0")
    return Hunt(
        inputs=int(done[1]) if done else 0,
        seconds=int(done[2]) if done else 0,
        edges=int(edges),
        features=int(features),
        found=next(iter(sorted(broken.iterdir())), None),
    )


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "fuzz.hunt", *arguments]
    folder = str(Path(__file__).parents[1])
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as scratch:  # libFuzzer leaves without tidying up
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": folder, "TMPDIR": scratch},
        )
    return ended.stdout + ended.stderr


def main(arguments: Sequence[str]) -> int:
    """Run the targets that are named, or all; return 1 if one of them broke."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=200_000, help="inputs for each target")
    parser.add_argument("--seconds", type=int, default=900, help="at most, for each target")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    unknown = set(given.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    quiet()
    broken = 0
    print(f"{'target':18}{'inputs':>9}{'per s':>8}{'edges':>7}{'features':>9}{'kept':>6}{'new':>5}")
    for name in given.targets or TARGETS:
        result = hunt(TARGETS[name], given.runs, given.seconds, given.seed)
        if result.found is not None:
            broken += 1
            print(f"{name:18}broken by {result.found}")
            continue
        inputs = (_WORK / name / "inputs").iterdir()
        kept, new = keep(TARGETS[name], [path.read_bytes() for path in inputs])
        pace = result.inputs // (result.seconds or 1)
        print(
            f"{name:18}{result.inputs:9}{pace:8}{result.edges:7}{result.features:9}{kept:6}{new:5}"
        )
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
