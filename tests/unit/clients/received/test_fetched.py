"""What was fetched is remembered by processes that share a folder, and accepted once."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from wissel.clients import StorageError
from wissel.clients.received.fetched import Begun, Claim, FetchedMessages, default_fetched
from wissel.clients.received.messages import MEMORY, MessageKey, MessageState
from wissel.clients.testing.cast import NOORD
from wissel.routing.refusals.errors import Refused

KEY = MessageKey(sender_oin=NOORD.oin, message_id=UUID(int=1), header_digest=bytes(32))
OTHER = MessageKey(sender_oin=NOORD.oin, message_id=UUID(int=1), header_digest=b"x" * 32)
SESSION = uuid4()
EXPIRES = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@contextmanager
def opened(folder: Path) -> Iterator[FetchedMessages]:
    store = FetchedMessages(folder)
    yield store
    store.close()


def begin(store: FetchedMessages, claim: Claim, key: MessageKey = KEY) -> Begun:
    claim.path.write_bytes(b"dossier")
    return store.begin(key, SESSION, b"opening", claim, EXPIRES)


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / "incoming").iterdir())


def test_one_of_two_accepts_and_the_other_waits_for_its_answer(tmp_path: Path) -> None:
    with (
        opened(tmp_path) as one,
        opened(tmp_path) as other,
        one.claim() as mine,
        other.claim() as theirs,
    ):
        assert begin(one, mine) == Begun()
        with pytest.raises(Refused, match="MESSAGE_IN_PROGRESS"):
            begin(other, theirs)
        one.received(KEY, b"receipt")
        mine.kept = False
        known = begin(other, theirs).known

    assert known is not None
    assert (known.state, known.receipt_payload) == (MessageState.RECEIVED, b"receipt")
    assert files(tmp_path) == []


def test_what_a_crash_left_is_taken_over_by_who_has_the_payload_itself(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        with one.claim() as left:
            begin(one, left)
        assert files(tmp_path) == [".lock", ".part"]
    with opened(tmp_path) as other, other.claim() as mine:
        assert begin(other, mine) == Begun(maybe_seen=True)
        assert not left.path.exists()
        other.refused(KEY, "NOT_HERE", "")
        mine.kept = False

        assert other.unfinished() == []


def test_a_payload_that_still_has_to_be_accepted_is_no_leftover(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.claim() as claim:
        begin(store, claim)
    stray = tmp_path / "incoming" / f"{uuid4()}.part"
    stray.touch()
    with opened(tmp_path) as again:
        (left,) = again.unfinished()
        with again.take(left.claim_id) as taken:
            assert taken is not None
            assert taken.path.read_bytes() == b"dossier"
            with again.take(left.claim_id) as twice:
                assert twice is None

    assert not stray.exists()
    assert left.state is MessageState.ACCEPTING
    assert files(tmp_path) == [".lock", ".part"]


def test_what_a_process_is_at_work_on_is_no_leftover(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.claim() as claim:
        claim.path.write_bytes(b"doss")
        with opened(tmp_path):
            assert claim.path.exists()
    with opened(tmp_path):
        assert files(tmp_path) == []


def test_an_id_belongs_to_one_header(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.claim() as one, store.claim() as other:
        begin(store, one)
        with pytest.raises(Refused, match="MESSAGE_ID_REUSED"):
            begin(store, other, OTHER)


def test_what_was_signed_off_is_remembered_and_then_forgotten(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.claim() as claim:
            begin(store, claim)
            store.received(KEY, b"receipt")
            claim.kept = False
        before = store.unfinished()
        store.ended(KEY)
        after, early = store.unfinished(), store.forget(EXPIRES + MEMORY)
        late = store.forget(EXPIRES + MEMORY + dt.timedelta(seconds=1))

        assert ([each.key for each in before], after) == ([KEY], [])
        assert (early, late, store.find(KEY)) == (0, 1, None)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "fetched" / "fetched.db").mkdir(parents=True)

    for folder in ("file", "fetched"):
        with pytest.raises(StorageError, match=folder):
            FetchedMessages(tmp_path / folder)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "fetched"
    with opened(folder) as store, store.claim() as claim:
        assert [each.stat().st_mode & 0o077 for each in (folder, claim.lock)] == [0, 0]
        assert (folder / "fetched.db").stat().st_mode & 0o077 == 0


def test_the_folder_of_an_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WISSEL_FETCHED", str(tmp_path))

    assert default_fetched(NOORD.oin) == tmp_path / NOORD.oin
