"""What a crash, a full disk or another process does to a folder of prepared dossiers."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.dossiers.editing import dossier
from support.eventually import eventually
from support.prepared.folder import XA, Folder
from support.prepared.world import OTHER_PUPIL, of_pupil, own_number
from wissel.clients import Prepared, StorageError
from wissel.routing.exchange.envelope import Kind


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_a_crash_left_is_removed_and_nothing_else(folder: Folder) -> None:
    kept = folder.prepare()
    files = folder.folder / "prepared" / "files"
    for name in (
        "5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f.xml",
        "5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f.xml.tmp",
        "notes.txt",
    ):
        (files / name).write_bytes(b"half")

    folder.another()

    assert folder.files() == [f"{kept.dossier_id}.xml", "notes.txt"]


PREPARE = """
import resource, sys
from pathlib import Path
from wissel.clients import Prepared
prepared = Prepared(sys.argv[1])
if len(sys.argv) > 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
for file in sorted(Path(sys.argv[2]).glob("*.xml")):
    prepared.prepare(file, receivers=["99XB"])
"""


def preparing(folder: Folder, source: Path, *more: str) -> "subprocess.Popen[str]":
    """Return a process that prepares the dossiers in a folder."""
    arguments = [sys.executable, "-c", PREPARE, str(folder.folder / "prepared"), str(source), *more]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)


def placed(folder: Folder, name: str, *contents: bytes) -> Path:
    """Return a folder with dossiers."""
    source = folder.folder / name
    source.mkdir()
    for number, content in enumerate(contents):
        (source / f"{number}.xml").write_bytes(content)
    return source


def test_a_process_that_dies_between_file_and_row_leaves_nothing_found(folder: Folder) -> None:
    source = placed(folder, "source", dossier("POVO"))
    with folder.prepared.store.database.write():  # the other has its file, and waits for the row
        died = preparing(folder, source)
        eventually(folder.files, "its file is there", until=bool)
        eventually(lambda: not folder.files()[0].endswith(".tmp"), "under its name", until=bool)
        died.kill()
        died.communicate()
    left, found = folder.files(), folder.prepared.listed()
    folder.another()

    assert (len(left), found, folder.files()) == (1, [], [])
    assert folder.prepare() in folder.prepared.listed()


def test_processes_prepare_side_by_side(folder: Folder) -> None:
    numbers = [own_number(seed) for seed in range(10, 18)]
    halves = [
        placed(folder, half[0].digits, *map(of_pupil, half)) for half in (numbers[:4], numbers[4:])
    ]

    running = [preparing(folder, half) for half in halves]

    assert [each.communicate()[1] for each in running] == ["", ""]
    assert len(folder.prepared.listed()) == len(folder.files()) == 8
    assert folder.prepared.store.numbers_of(XA, Kind.OVERSTAP) == set(numbers)


@pytest.mark.parametrize("room", [100, len(dossier("POVO")) + 100])
def test_a_full_disk_is_told_and_changes_nothing(folder: Folder, room: int) -> None:
    """The dossier does not fit; or it does, and its row does not."""
    kept = folder.prepare(of_pupil(OTHER_PUPIL))
    source = placed(folder, "source", dossier("POVO"))

    full = preparing(folder, source, str(room))
    said = full.communicate()[1]

    assert full.returncode == 1
    assert f"StorageError: {folder.folder / 'prepared'}" in said
    assert "999990019" not in said
    assert folder.another().listed() == [kept]
    assert folder.files() == [f"{kept.dossier_id}.xml"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "prepared.db").write_bytes(b"no database" * 1000)

    for path in (tmp_path / "file", damaged):
        with pytest.raises(StorageError, match=str(path)):
            Prepared(path)
