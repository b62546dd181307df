"""A dossier is of another pupil if its numbers contradict the one that was asked for."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from support.dossiers.editing import dossier
from support.prepared.world import OTHER_PUPIL, PUPIL, of_pupil, own_number
from wissel.clients import StorageError
from wissel.clients.fetching.same_pupil import holds_another, refuse_other
from wissel.clients.las import RefuseMessage
from wissel.routing.exchange.fetching.search_keys import PupilNumber, is_of_another

OWN, OTHER_OWN = own_number(1), own_number(2)


@pytest.mark.parametrize(
    ("asked", "held", "another"),
    [
        (PUPIL, [PUPIL], False),
        (PUPIL, [PUPIL, OWN], False),
        (PUPIL, [OTHER_PUPIL], True),
        (PUPIL, [PUPIL, OTHER_PUPIL], True),
        (PUPIL, [OWN], False),
        (PUPIL, [], False),
        (OWN, [OWN], False),
        (OWN, [OTHER_OWN], True),
        (OWN, [PUPIL], False),
        (OWN, [PUPIL, OTHER_OWN], False),
        (OWN, [], False),
    ],
)
def test_only_another_number_of_the_kind_contradicts(
    asked: PupilNumber, held: list[PupilNumber], another: bool
) -> None:
    assert is_of_another(asked, held) is another


def both(own: PupilNumber) -> bytes:
    """Return a dossier of `PUPIL` with an onderwijsnummer beside its BSN."""
    bsn = f"<bsn>{PUPIL.digits}</bsn>"
    text = dossier("POVO").decode()
    assert bsn in text
    return text.replace(bsn, f"{bsn}<onderwijsnummer>{own.digits}</onderwijsnummer>").encode()


@pytest.mark.parametrize(
    ("content", "asked", "another"),
    [
        (of_pupil(PUPIL), PUPIL, False),
        (of_pupil(PUPIL), OTHER_PUPIL, True),
        (of_pupil(PUPIL).decode().replace("utf-8", "utf-16").encode("utf-16"), OTHER_PUPIL, True),
        (of_pupil(OWN), PUPIL, False),
        (of_pupil(OWN), OWN, False),
        (of_pupil(OWN), OTHER_OWN, True),
        (both(OWN), OTHER_OWN, False),
        (dossier("POVO", "leerling/bsn=onbekend"), OTHER_PUPIL, False),
        (of_pupil(PUPIL)[:-9], OTHER_PUPIL, False),
        (b"PK\x03\x04", OTHER_PUPIL, False),
    ],
)
def test_the_numbers_are_read_from_the_dossier(
    tmp_path: Path, content: bytes, asked: PupilNumber, another: bool
) -> None:
    file = tmp_path / "payload"
    file.write_bytes(content)

    assert holds_another(file, asked) is another


def test_without_lxml_nobody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "payload"
    file.write_bytes(of_pupil(PUPIL))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert holds_another(file, OTHER_PUPIL) is False


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="payload"):
        holds_another(tmp_path / "payload", PUPIL)


def test_the_refusal_names_no_number() -> None:
    message: Any = None
    with pytest.raises(RefuseMessage) as refused:
        refuse_other(message)

    assert refused.value.reason == "OTHER_PUPIL"
    assert not any(letter.isdigit() for letter in str(refused.value))
