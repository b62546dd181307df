"""Bytes of anybody: what is read, what is refused, and that nothing is expanded or fetched."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.dossiers.editing import dossier
from wissel.clients.dossier import reading
from wissel.clients.dossier.checking import check
from wissel.clients.dossier.reading import NAMESPACE, Unreadable, read

_OPEN = f"<dossier xmlns='{NAMESPACE}'>"


def _rule(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert check(data).findings == (caught.value.finding,)
    return caught.value.finding.rule


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_both_encodings_are_read(encoding: str) -> None:
    text = dossier("POVO").decode().partition("?>")[2]
    data = f"<?xml version='1.0' encoding='{encoding}'?>{text}".encode(encoding)
    assert check(data).passed
    assert check(data).profile == "POVO"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE dossier [<!ENTITY a "b">]>',
        '<!DOCTYPE dossier SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE dossier [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE dossier [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_in_it_counts(
    doctype: str, encoding: str
) -> None:
    declared = f"<?xml version='1.0' encoding='{encoding}'?>"
    assert _rule(f"{declared}{doctype}{_OPEN}&x;</dossier>".encode(encoding)) == "XML.DTD"


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0' encoding='ISO-8859-1'?><dossier/>",
        b"<?xml version='1.0' encoding='EBCDIC-CP-US'?><dossier/>",
        b"<?xml version='1.0' encoding='no-such-thing'?><dossier/>",
        b"<?xml version='1.0' encoding='UTF-16'?><dossier/>",
        f"<?xml version='1.0' encoding='UTF-8'?>{_OPEN}é</dossier>".encode("latin-1"),
    ],
)
def test_another_encoding_is_refused_by_name(data: bytes) -> None:
    assert _rule(data) == "XML.CODERING"


@pytest.mark.parametrize("data", [b"", b"   ", b"no xml", b"<dossier", b"<a><b></a>", b"\x00\x01"])
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    assert _rule(data) == "XML.VORM"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<DOD/>", "DOD"),
        (b"<x xmlns='http://www.example.nl/dod/2010'/>", "DOD"),
        (b"<dossier xmlns='http://www.edustandaard.nl/oso_gegevensset/2017/dossier'/>", "2017"),
        (b"<EDEX/>", "EDEX"),
        (f"<terugkoppeling xmlns='{NAMESPACE}'/>".encode(), "terugkoppeling"),
        (f"<dossiers xmlns='{NAMESPACE}'/>".encode(), "dossiers"),
        (f"<leerling xmlns='{NAMESPACE}'/>".encode(), "leerling"),
    ],
)
def test_another_format_is_refused_by_its_name(data: bytes, said: str) -> None:
    assert _rule(data) == "XML.FORMAAT"
    assert said in check(data).findings[0].sentence


def test_what_is_too_large_deep_or_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = reading.DEEPEST
    assert _rule(f"{_OPEN}{'<a>' * deep}{'</a>' * deep}</dossier>".encode()) == "XML.DIEPTE"
    long = reading.LONGEST_ATTRIBUTE + 1
    assert _rule(f"{_OPEN}<a b='{'c' * long}'/></dossier>".encode()) == "XML.OMVANG"
    monkeypatch.setattr(reading, "MOST_ELEMENTS", 100)
    assert _rule(f"{_OPEN}{'<a/>' * 100}</dossier>".encode()) == "XML.OMVANG"
    monkeypatch.setattr(reading, "LARGEST", 1000)
    assert _rule(f"{_OPEN}{' ' * 1000}</dossier>".encode()) == "XML.GROOTTE"


def test_a_huge_attribute_or_prolog_costs_no_time() -> None:
    started = time.process_time()
    assert _rule(f"<dossier a='{'b' * (30 << 20)}'/>".encode()) == "XML.VORM"
    assert _rule(f"<!--{'b' * (30 << 20)}--><dossier/>".encode()) == "XML.VORM"
    nested = 300_000
    assert _rule(f"{_OPEN}{'<a>' * nested}{'</a>' * nested}</dossier>".encode()) in {
        "XML.VORM",
        "XML.OMVANG",
        "XML.DIEPTE",
    }
    assert time.process_time() - started < 20  # seconds; expanding or backtracking takes minutes


@given(st.binary(max_size=400))
def test_no_bytes_are_a_failure(data: bytes) -> None:
    check(data)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=8))
def test_no_damage_is_a_failure(at: int, damage: bytes) -> None:
    data = dossier("POVO")
    at %= len(data)
    check(data[:at] + damage + data[at + len(damage) :])


def test_comments_and_instructions_are_no_content() -> None:
    data = dossier("POVO").replace(b"<metadata>", b"<!-- bsn 1 --><?php echo 1 ?><metadata>")
    assert check(data).passed


def test_no_finding_holds_a_value_of_the_dossier() -> None:
    mark = "123456789geheim"
    edits = [f"leerling/{field}={mark}" for field in ("bsn", "geslacht", "adresgeheim")]
    report = check(dossier("POVO", *edits, f"metadata/datum={mark}"))
    assert not report.passed
    assert mark not in repr(report)
