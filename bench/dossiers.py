"""How long a dossier takes to be checked, beside reading it and validating it alone.

As a LAS or the command does it: bytes in, findings out. The reference reads the same
bytes with lxml and validates them against the same XSD; both load the XSD, and both
are also measured with one that is kept.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lxml import etree

from wissel.clients.dossier.checking import check
from wissel.clients.dossier.schema import FILE_NAME, Schema

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "oso-gegevensset-2019.1"
SAMPLE: Final = FOLDER / "Voorbeelddossier_OV_POPO_full.xml"
_ROUNDS: Final = 100


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    if not work():
        raise RuntimeError("the sample must pass")
    return time.perf_counter() - started


def _compared(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """Return our milliseconds and how often the reference's time that is, as medians of pairs."""
    pairs = [(_seconds(bare), _seconds(ours)) for _ in range(_ROUNDS)]
    milliseconds = 1000 * statistics.median(own for _, own in pairs)
    return milliseconds, statistics.median(own / other for other, own in pairs)


def main() -> None:
    """Print the figures as JSON; none where the gegevensset is not placed."""
    if not SAMPLE.exists():
        print(json.dumps({}))
        return
    data = SAMPLE.read_bytes()
    kept, bare_kept = Schema.of_folder(FOLDER), etree.XMLSchema(etree.parse(FOLDER / FILE_NAME))
    own, ratio = _compared(
        lambda: check(data, schema=Schema.of_folder(FOLDER)).passed,
        lambda: etree.XMLSchema(etree.parse(FOLDER / FILE_NAME)).validate(etree.fromstring(data)),
    )
    kept_own, kept_ratio = _compared(
        lambda: check(data, schema=kept).passed,
        lambda: bare_kept.validate(etree.fromstring(data)),
    )
    figures = {
        "dossier_check_ms": own,
        "dossier_check_ratio": ratio,
        "kept_ms": kept_own,
        "kept_ratio": kept_ratio,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
