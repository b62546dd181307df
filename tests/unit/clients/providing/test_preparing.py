"""What is prepared lies on disk as a whole or not at all, for several processes at once."""

import datetime as dt
from pathlib import Path

import pytest

from support.dossiers.editing import dossier
from support.prepared.folder import NOW, XA, Folder
from support.prepared.world import OTHER_PUPIL, PUPIL, of_pupil, own_number
from wissel.clients import DossierUnfit, DossierUnusable, Refused
from wissel.clients.providing.preparing import default_prepared
from wissel.routing.exchange.envelope import Kind

PROVISIONAL = "inzage/voorlopigdossier=true"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_prepared_is_listed_and_read_by_another(folder: Folder) -> None:
    kept = folder.prepare(until=dt.date(2026, 6, 1), stage="inschrijving")

    (seen,) = folder.another().listed()
    assert seen == kept
    assert (kept.brin, kept.kind, kept.until) == (XA, Kind.OVERSTAP, dt.date(2026, 6, 1))
    assert folder.read(seen) == dossier("POVO")
    assert "999990019" not in repr(kept)


def test_all_of_it_is_its_owners_alone(folder: Folder) -> None:
    folder.prepare()

    for path in (folder.folder / "prepared").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_later_stage_takes_the_place_of_an_earlier_one(folder: Folder) -> None:
    first = folder.prepare(of_pupil(PUPIL, PROVISIONAL), stage="aanmelding")
    second = folder.prepare(of_pupil(PUPIL, PROVISIONAL), stage="plaatsing")
    other = folder.prepare(of_pupil(OTHER_PUPIL, PROVISIONAL))
    last = folder.prepare(of_pupil(PUPIL), receivers=["99XC"])

    assert {each.dossier_id for each in folder.prepared.listed()} == {
        other.dossier_id,
        last.dossier_id,
    }
    assert [each.replaced for each in (first, second, other, last)] == [
        (),
        (first.dossier_id,),
        (),
        (second.dossier_id,),
    ]
    assert len(folder.files()) == 2


def test_an_earlier_stage_changes_nothing(folder: Folder) -> None:
    kept = folder.prepare()

    with pytest.raises(DossierUnusable, match="inschrijving") as refused:
        folder.prepare(of_pupil(PUPIL, PROVISIONAL))

    assert PUPIL.digits not in str(refused.value)
    assert folder.prepared.listed() == [kept]
    assert len(folder.files()) == 1


def test_what_is_held_back_replaces_nothing_before_it_is_released(folder: Folder) -> None:
    given = folder.prepare()
    folder.now += dt.timedelta(minutes=1)
    held = folder.prepare(of_pupil(PUPIL, "leerling/voornaam=Anders"), held=True)
    again = folder.prepare(of_pupil(PUPIL, "leerling/voornaam=Nog anders"), held=True)
    both = folder.prepared.listed()

    released = folder.prepared.release(again.dossier_id)

    assert (again.replaced, released.replaced) == ((held.dossier_id,), (given.dossier_id,))
    assert [each.dossier_id for each in both] == [given.dossier_id, again.dossier_id]
    assert held.dossier_id not in {each.dossier_id for each in both}
    (left,) = folder.prepared.listed()
    assert (left.dossier_id, left.held) == (again.dossier_id, False)
    assert folder.files() == [f"{again.dossier_id}.xml"]


def test_the_same_content_keeps_its_moment(folder: Folder) -> None:
    first = folder.prepare(of_pupil(PUPIL, "metadata/datum=2026-05-20"))
    folder.now += dt.timedelta(hours=1)
    same = folder.prepare(of_pupil(PUPIL, "metadata/datum=2026-05-20"), receivers=["99XC"])
    changed = folder.prepare(of_pupil(PUPIL, "metadata/datum=2026-05-20", "leerling/voornaam=A"))

    assert first.collected == same.collected == NOW
    assert changed.collected == folder.now


def test_a_pupil_is_known_by_each_number_it_ever_had(folder: Folder) -> None:
    first, second = own_number(1), own_number(2)
    folder.prepare(of_pupil(first, PROVISIONAL))
    folder.prepare(of_pupil(second, PROVISIONAL), numbers=[first.digits])
    last = folder.prepare(of_pupil(PUPIL), numbers=[f" {second.digits}\n"])

    assert folder.prepared.listed() == [last]
    assert folder.prepared.store.numbers_of(XA, Kind.OVERSTAP) == {PUPIL, first, second}


@pytest.mark.parametrize("number", ["999990018", "12345678", "abc", "", "1234567890"])
def test_a_further_number_that_is_none_is_not_repeated(folder: Folder, number: str) -> None:
    with pytest.raises(DossierUnusable, match="nine digits") as refused:
        folder.prepare(numbers=[number])

    assert not number or number not in str(refused.value)
    assert folder.prepared.listed() == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "XML.VORM"),
        (b"<a/>", "XML.FORMAAT"),
        (dossier("POVO", "leerling/bsn=999990018"), "PGN.bsn"),
        (dossier("POVO", "-leerling/bsn"), "OVa.LL12"),
        (dossier("POVO", "overdrachtsoort=iets"), "kind"),
        (dossier("POSWV", "leerling+<bsn>999990019</bsn>"), "PaO.LL12"),
    ],
)
def test_what_cannot_be_prepared(folder: Folder, content: bytes, told: str) -> None:
    with pytest.raises(DossierUnusable, match=told) as refused:
        folder.prepare(content, unchecked=True, receivers=["99XB"])

    assert "99999001" not in str(refused.value)


def test_mistakes_are_told_by_their_rules_and_may_be_prepared(folder: Folder) -> None:
    wrong = dossier("POVO", "-leerling/leerlingid")

    with pytest.raises(DossierUnfit, match=r"has 1 mistake \(OVa\.LL13\)"):
        folder.prepare(wrong)
    with pytest.raises(DossierUnfit, match=r"has 2 mistakes \("):
        folder.prepare(dossier("POVO", "-leerling/leerlingid", "-leerling/voornaam"))

    assert folder.prepared.listed() == []
    assert folder.prepare(wrong, unchecked=True) in folder.prepared.listed()


def test_what_the_parents_have_not_seen_is_not_prepared(folder: Folder) -> None:
    for edit in ("inzage/inzage=false", "-inzage/inzagedatum", "inzage/inzagedatum=2026-05-21"):
        with pytest.raises(Refused) as refused:
            folder.prepare(dossier("POVO", edit), unchecked=True)

        assert refused.value.reason == "INZAGE_NOT_ATTESTED"


def test_it_is_forgotten_after_its_last_day(folder: Folder) -> None:
    folder.prepare(until=dt.date(2026, 5, 21))
    lasting = folder.prepare(of_pupil(OTHER_PUPIL))
    folder.now += dt.timedelta(days=1)
    on_the_day = folder.prepared.forget()
    folder.now += dt.timedelta(days=1)

    assert (on_the_day, folder.prepared.forget()) == (0, 1)
    assert folder.prepared.listed() == [lasting]
    assert len(folder.files()) == 1
    assert folder.prepared.store.numbers_of(XA, Kind.OVERSTAP) == {OTHER_PUPIL}


def test_who_reads_a_dossier_is_not_disturbed_by_what_replaces_it(folder: Folder) -> None:
    first = folder.prepare()
    file = folder.prepared.store.opened(first)
    folder.prepare(of_pupil(PUPIL, "leerling/voornaam=Anders"))

    assert file is not None
    with file:
        assert file.read() == dossier("POVO")
    assert folder.prepared.store.opened(first) is None


def test_withdrawn_is_gone(folder: Folder) -> None:
    kept = folder.prepare()

    folder.prepared.withdraw(str(kept.dossier_id))

    assert (folder.prepared.listed(), folder.files()) == ([], [])
    for again in (folder.prepared.withdraw, folder.prepared.release):
        with pytest.raises(DossierUnusable, match="no dossier"):
            again(kept.dossier_id)


def test_the_folder_of_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WISSEL_PREPARED", "/somewhere")
    named = default_prepared("00000003")
    monkeypatch.delenv("WISSEL_PREPARED")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")

    assert named == Path("/somewhere/00000003")
    assert default_prepared("00000003") == Path("/state/wissel/prepared/00000003")
