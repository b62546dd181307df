"""Puts the files of a site in place, so that each is at any time the old one or the new one."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wissel.clients.storage.atomic_write import sync_folder

_FOR_ALL: Final = 0o644
_PREFIX: Final = ".wissel-overview-"


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by name, to a folder, which is made if it is not there; anybody may read them.

    All of them are on disk before the first takes the place of an old one. Other files of the
    folder stay. Raises OSError, and then none has been replaced unless the renaming failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as beside:
        for name, content in files.items():
            made = Path(beside, name)
            made.write_bytes(content)
            made.chmod(_FOR_ALL)
        sync_folder(Path(beside))
        for name in files:
            Path(beside, name).replace(folder / name)
    sync_folder(folder)
