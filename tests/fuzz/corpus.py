"""The kept inputs: small files by their digest, as few as reach everything that was reached.

An input is kept if it is the smallest one that reaches some step from line to
line in the code under test, or some outcome.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final

from fuzz.target import Target

KEPT: Final = Path(__file__).parent / "corpus"
_UNDER_TEST: Final = "/wissel/"

Reached = frozenset[object]
"""Steps from line to line, and the outcome."""


def kept(target: Target) -> Iterator[Path]:
    """Yield the files of the inputs that are kept for a target."""
    yield from sorted((KEPT / target.name).glob("*"))


def keep(target: Target, found: Iterable[bytes]) -> tuple[int, int]:
    """Keep the fewest of the kept and the found inputs; return how many there are now and new.

    What the seeds reach needs no file: they are made anew for every run.
    """
    reached = {step for seed in target.seeds() for step in _reached(target, seed)}
    folder = KEPT / target.name
    folder.mkdir(parents=True, exist_ok=True)
    before = {path.read_bytes(): path for path in kept(target)}
    chosen = []
    for data in sorted({*before, *found}, key=lambda each: (len(each), each)):
        steps = _reached(target, data)
        if steps - reached:
            reached |= steps
            chosen.append(data)
    for data in before.keys() - set(chosen):
        before[data].unlink()
    for data in chosen:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return len(chosen), len(set(chosen) - before.keys())


def _reached(target: Target, data: bytes) -> Reached:
    steps: set[object] = set()

    def enter(frame: FrameType, _event: str, _arg: Any) -> Any:
        code = frame.f_code
        if _UNDER_TEST not in code.co_filename:
            return None
        before = 0

        def step(inner: FrameType, _event: str, _arg: Any) -> Any:
            nonlocal before
            steps.add((code.co_filename, before, inner.f_lineno))
            before = inner.f_lineno
            return step

        return step

    outer = sys.gettrace()
    sys.settrace(enter)
    try:
        steps.add(target.check(data))
    finally:
        sys.settrace(outer)
    return frozenset(steps)
