"""What holds a dossier, or tells about one, is its owner's alone, whatever the umask."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from wissel.clients.las.inbox import Inbox
from wissel.clients.sending.outbox import Outbox
from wissel.clients.storage.private import make_private_folder, private_opener


@pytest.fixture(autouse=True)
def _wide_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_parents_are_the_owners_too(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")

    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o750)

    make_private_folder(tmp_path / "shared")

    assert mode(tmp_path / "shared") == 0o750


def test_a_file_is_made_for_its_owner(tmp_path: Path) -> None:
    with open(tmp_path / "dossier.xml", "wb", opener=private_opener):
        pass

    assert mode(tmp_path / "dossier.xml") == 0o600


def test_everything_in_a_new_inbox_and_outbox_is_the_owners(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    Outbox(tmp_path / "outbox")

    found = list(tmp_path.rglob("*"))
    assert {mode(path) & 0o077 for path in found} == {0}
    assert any(path.name == "inbox.db" for path in found)
    inbox.close()


def test_an_inbox_that_others_can_read_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "inbox").mkdir(mode=0o755)

    with caplog.at_level(logging.WARNING, "wissel.las"):
        Inbox(tmp_path / "inbox").close()

    assert str(tmp_path / "inbox") in caplog.text
