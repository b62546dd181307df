"""The outbox survives a crash at every point, and never sends one entry twice at a time."""

import dataclasses
import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from wissel.clients.errors import StorageError
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.outbox import Outbox
from wissel.clients.storage.atomic_write import sync_folder, write_atomically
from wissel.clients.testing.cast import HUB
from wissel.dossier.v1 import dossier_pb2

ENTRY = Entry(
    message_id=UUID(int=1),
    hub_oin=HUB.oin,
    path=Path("/somewhere/dossier.xml"),
    payload_size=3,
    payload_sha256="00" * 32,
    signed_header=dossier_pb2.Signed(payload=bytes(range(256))).SerializeToString(),
)


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    Outbox(tmp_path).add(ENTRY)

    assert Outbox(tmp_path).pending() == [ENTRY]


def test_a_settled_entry_is_pending_no_more(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)

    path = outbox.settle(ENTRY, "sent", {"routing_key": "k"})

    assert outbox.pending() == []
    assert path == tmp_path / "sent" / f"{ENTRY.message_id}.json"
    assert '"routing_key": "k"' in path.read_text()


def test_a_crash_before_the_rename_leaves_no_entry_and_no_rubbish(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    (tmp_path / "pending" / f"{uuid4()}.json.tmp").write_bytes(b'{"half')

    assert outbox.pending() == []
    Outbox(tmp_path)
    assert list((tmp_path / "pending").iterdir()) == []


def test_a_crash_between_both_steps_of_settling_leaves_it_pending(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)
    pending = (tmp_path / "pending" / f"{ENTRY.message_id}.json").read_bytes()
    outbox.settle(ENTRY, "sent", {})
    (tmp_path / "pending" / f"{ENTRY.message_id}.json").write_bytes(pending)

    [again] = Outbox(tmp_path).pending()

    assert again == ENTRY
    outbox.settle(again, "sent", {})
    assert outbox.pending() == []


def test_two_cannot_claim_one_entry(tmp_path: Path) -> None:
    first, second = Outbox(tmp_path), Outbox(tmp_path)
    first.add(ENTRY)

    with first.claim(ENTRY) as mine, second.claim(ENTRY) as other:
        assert (mine, other) == (True, False)
    with second.claim(ENTRY) as free:
        assert free


def test_a_settled_entry_cannot_be_claimed(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)
    outbox.settle(ENTRY, "refused", {})

    with outbox.claim(ENTRY) as mine:
        assert not mine


def test_entries_are_for_their_owner_alone(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox").add(ENTRY)

    [path] = (tmp_path / "outbox" / "pending").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "outbox" / "pending").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{}", b'{"message_id": 1}', b"\xff"])
def test_a_damaged_entry_is_named_not_skipped(tmp_path: Path, content: bytes) -> None:
    outbox = Outbox(tmp_path)
    (tmp_path / "pending" / "broken.json").write_bytes(content)

    with pytest.raises(StorageError, match=r"broken\.json"):
        outbox.pending()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="file"):
        Outbox(tmp_path / "file" / "outbox")


def test_a_disk_that_does_not_flush_folders_is_used_all_the_same() -> None:
    folder = Path("/proc/self")
    descriptor = os.open(folder, os.O_RDONLY)
    with pytest.raises(OSError, match="Invalid argument"):
        os.fsync(descriptor)
    os.close(descriptor)

    sync_folder(folder)


def test_an_entry_that_cannot_be_added_is_not_there(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    (tmp_path / "pending" / f"{ENTRY.message_id}.json").mkdir()

    with pytest.raises(StorageError, match=str(tmp_path)):
        outbox.add(ENTRY)

    (tmp_path / "pending" / f"{ENTRY.message_id}.json").rmdir()
    assert outbox.pending() == []


def test_an_outcome_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)
    (tmp_path / "sent" / f"{ENTRY.message_id}.json").mkdir()

    with pytest.raises(StorageError, match=str(tmp_path)):
        outbox.settle(ENTRY, "sent", {})

    assert outbox.pending() == [ENTRY]


def test_of_entries_that_are_added_at_the_same_time_one_counts(tmp_path: Path) -> None:
    first, second = Outbox(tmp_path), Outbox(tmp_path)
    other = dataclasses.replace(ENTRY, message_id=UUID(int=2), path=Path("/elsewhere"))

    added = first.add_unless(ENTRY, lambda found: True)
    continued = second.add_unless(other, lambda found: True)

    assert added == ENTRY
    assert continued == dataclasses.replace(ENTRY, path=other.path)
    assert first.pending() == [ENTRY]


def test_a_damaged_entry_can_be_ended(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)
    (tmp_path / "pending" / "broken.json").write_bytes(b"{")

    outbox.drop("broken")

    assert outbox.pending() == [ENTRY]
    assert (tmp_path / "refused" / "broken.json").read_bytes() == b"{"


@pytest.mark.parametrize("name", ["", "../pending/x", "00000000-0000-0000-0000-000000000002"])
def test_what_is_not_pending_cannot_be_ended(tmp_path: Path, name: str) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(ENTRY)

    with pytest.raises(StorageError, match="no entry"):
        outbox.drop(name)

    assert outbox.pending() == [ENTRY]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_atomically(path, b"old")
    os.mkdir(tmp_path / "x.json.tmp")  # noqa: PTH102 - in the way of the temporary file

    with pytest.raises(OSError, match="directory"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
