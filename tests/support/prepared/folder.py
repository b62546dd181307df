"""A folder of prepared dossiers as one process has it, and a clock that a test sets."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

from support.dossiers.editing import dossier
from wissel.clients import Prepared, PreparedDossier
from wissel.routing.values.identifiers import Brin

NOW: Final = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
XA: Final = Brin("99XA")


class Folder:
    """A folder of prepared dossiers, and a clock that a test sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.prepared = self.another()

    def another(self) -> Prepared:
        return Prepared(self.folder / "prepared", now=lambda: self.now)

    def prepare(self, content: bytes | None = None, **options: Any) -> PreparedDossier:
        file = self.folder / "dossier.xml"
        file.write_bytes(dossier("POVO") if content is None else content)
        return self.prepared.prepare(file, **{"receivers": ["99XB"], **options})

    def files(self) -> list[str]:
        return sorted(each.name for each in (self.folder / "prepared" / "files").iterdir())

    def read(self, prepared: PreparedDossier) -> bytes:
        file = self.prepared.store.opened(prepared)
        assert file is not None
        with file:
            return file.read()
