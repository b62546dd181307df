"""Nothing is removed that we did not write, wherever the folder's name points."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from wissel.clients.las.inbox import Inbox
from wissel.clients.sending.outbox import Outbox
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers

OURS = re.compile(rf"{UUID_NAME}\.part")


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    remove_leftovers(tmp_path, [tmp_path], OURS)
    return tmp_path


def written(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"somebody's")
    return path


def test_what_we_left_is_removed(marked: Path) -> None:
    leftover = written(marked / f"{uuid4()}.part")

    remove_leftovers(marked, [marked], OURS)

    assert not leftover.exists()


@pytest.mark.parametrize(
    "name", ["thesis.part", "thesis.doc", f"x{uuid4()}.part", f"{uuid4()}.part.bak", ".part"]
)
def test_other_names_stay(marked: Path, name: str) -> None:
    theirs = written(marked / name)

    remove_leftovers(marked, [marked], OURS)

    assert theirs.exists()


def test_links_and_folders_with_our_names_stay(
    marked: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = written(tmp_path_factory.mktemp("elsewhere") / "target")
    link, folder = marked / f"{uuid4()}.part", marked / f"{uuid4()}.part"
    link.symlink_to(target)
    folder.mkdir()

    remove_leftovers(marked, [marked], OURS)

    assert link.is_symlink()
    assert target.exists()
    assert folder.is_dir()


def test_a_folder_that_bears_no_mark_is_not_swept(tmp_path: Path) -> None:
    theirs = written(tmp_path / f"{uuid4()}.part")

    remove_leftovers(tmp_path, [tmp_path], OURS)

    assert theirs.exists()


def test_an_inbox_removes_nothing_through_a_linked_folder(tmp_path: Path) -> None:
    Inbox(tmp_path / "inbox").close()
    theirs = written(tmp_path / "elsewhere" / f"{uuid4()}.part")
    (tmp_path / "inbox" / "incoming").rmdir()
    (tmp_path / "inbox" / "incoming").symlink_to(theirs.parent)

    Inbox(tmp_path / "inbox").close()

    assert theirs.exists()


def test_an_inbox_in_a_folder_of_others_removes_nothing_there(tmp_path: Path) -> None:
    theirs = [written(tmp_path / "incoming" / name) for name in ("a.pdf", f"{uuid4()}.part")]

    Inbox(tmp_path).close()

    assert all(each.exists() for each in theirs)


def test_an_outbox_in_a_folder_of_others_removes_nothing_there(tmp_path: Path) -> None:
    theirs = [written(tmp_path / "pending" / "a.tmp"), written(tmp_path / "work" / "b.tmp")]

    for _ in range(2):
        Outbox(tmp_path)

    assert all(each.exists() for each in theirs)
