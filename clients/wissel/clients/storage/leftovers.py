"""Removes what a crashed process of ours left half written, and nothing else.

A folder is named by people, who may point at one that holds something else, or
put a link in it. So only plain files with our own kind of name are removed, and
only from a folder that an earlier process of ours has marked as its own.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

MARKER: Final = ".wissel"
"""The file that marks a folder as one of ours."""
UUID_NAME: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""The pattern of a UUID in a file name."""


def remove_leftovers(
    root: Path,
    folders: Iterable[Path],
    name: re.Pattern[str],
    needed: Callable[[Path], bool] = lambda file: False,
) -> None:
    """Remove the plain files in `folders` whose whole name matches `name`, and are not `needed`.

    `root` is the folder that holds them, or is them. If it has no marker yet, it
    is marked and nothing is removed. Links are not followed. Raises OSError.
    """
    marker = root / MARKER
    if not marker.exists():
        marker.touch(mode=0o600)
        return
    for folder in folders:
        if not folder.is_symlink():
            _remove(folder, name, needed)


def _remove(folder: Path, name: re.Pattern[str], needed: Callable[[Path], bool]) -> None:
    with os.scandir(folder) as entries:
        found = [
            Path(each.path)
            for each in entries
            if name.fullmatch(each.name) and each.is_file(follow_symlinks=False)
        ]
    for leftover in found:
        if not needed(leftover):
            leftover.unlink(missing_ok=True)
