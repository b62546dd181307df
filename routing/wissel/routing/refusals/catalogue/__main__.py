"""`python -m wissel.routing.refusals.catalogue [--check]`: write or check the documents.

Run from a source tree. With `--check` nothing is written, and the exit code is
1 when a document differs from the catalogue.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from wissel.routing.refusals.catalogue.documents import (
    as_json,
    as_markdown,
    counterparts_as_json,
)

_PACKAGE = Path(__file__).parent


def documents() -> Mapping[Path, str]:
    """Return the text of each document by its path in the source tree."""
    root = _PACKAGE.parents[4]
    return {
        root / "docs" / "errors.md": as_markdown(),
        _PACKAGE / "errors.json": as_json(),
        _PACKAGE / "counterparts.json": counterparts_as_json(),
    }


def stale() -> list[Path]:
    """Return the documents that differ from the catalogue or are absent."""
    return [
        path
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the documents, or with `--check` only tell which are stale; return the exit code."""
    behind = stale()
    if "--check" in arguments:
        sys.stderr.writelines(f"{path.name} is behind the catalogue\n" for path in behind)
        return 1 if behind else 0
    texts = documents()
    for path in behind:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
