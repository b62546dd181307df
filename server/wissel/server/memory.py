"""The memory of one process: where facts lie, and how transfers give theirs back.

After 64 stalled transfers of 25 MiB a process kept 610 MiB: 130 in reference
cycles of calls that gRPC had broken off, the rest in memory that the C library
keeps for reuse. With `give_back` it kept some 10 MiB.
"""

import asyncio
import ctypes
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 5.0
"""How often `give_back` measures."""
WORTH_BYTES: Final = 32 * 1024 * 1024
"""How much a process must have grown before it is worth the tens of milliseconds to give back."""
_PATIENCE: Final = 12
"""Looks after which memory is given back also while transfers are under way: a minute."""
_GARBAGE: Final = 50_000  # objects, a few megabytes, between two collections
_HUGE: Final = 2 * 1024 * 1024
_MADV_COLLAPSE: Final = 25  # of linux/mman.h
_MAPS: Final = Path("/proc/self/maps")
_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def freeze_facts() -> None:
    """Keep all objects that live now out of later garbage collections.

    Called once, when the facts are loaded and before calls are served: a full
    collection of a million mandates would pause the process for a second. A call
    leaves few cycles behind, so collections are also made rare.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 20, 50)


def use_huge_pages() -> None:
    """Move what is allocated now to huge pages, where the system has them (Linux 6.1).

    Called once, after `freeze_facts`: then the facts and Python's own objects lie
    there, and the processor looks up fewer addresses. Python's `mmap` can advise
    only on maps of its own, and its allocator has no setting for this.

    Measured with two hubs side by side, one with and one without this, on a
    register of 10,000 mandates (`bench.method`, 30 pairs of rounds): a resolve
    took 333 µs of processor time instead of 372, and 323 instead of 344 when the
    hubs changed places.
    """
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or not _MAPS.exists():
        return
    for line in _MAPS.read_text(encoding="ascii").splitlines():
        span, rights, _, _, _, *name = line.split()
        start, end = (int(part, 16) for part in span.split("-"))
        start = -(-start // _HUGE) * _HUGE
        size = (end - start) // _HUGE * _HUGE
        if rights == "rw-p" and name in ([], ["[heap]"]) and size > 0:
            # An error is no harm: that part of memory stays on ordinary pages.
            madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_COLLAPSE)


async def give_back(under_way: Callable[[], int], look_seconds: float = LOOK_SECONDS) -> None:
    """Return freed memory to the operating system every so often, until it is cancelled.

    `under_way` returns how many transfers there are: memory is given back while
    there are none, or after a minute in which there always were some, and only
    after growth of `WORTH_BYTES`.

    Returns at once where the C library has no `malloc_trim`: only glibc on Linux
    has it, and only glibc keeps so much.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None or not _STATM.exists():
        return
    least, looks = _resident(), 0
    while True:
        await asyncio.sleep(look_seconds)
        busy, now = under_way() > 0, _resident()
        least = min(least, now)
        looks = looks + 1 if now - least >= WORTH_BYTES else 0
        if not looks or (busy and looks < _PATIENCE):
            continue
        gc.collect()  # cheap: the facts are frozen
        await asyncio.to_thread(trim, 0)
        least, looks = _resident(), 0


def _resident() -> int:
    """Return the resident memory of this process in bytes."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE
