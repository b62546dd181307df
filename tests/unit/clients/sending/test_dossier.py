"""What an envelope says is read from the head of a dossier, and nothing else is."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wissel.clients
from support.paths import SHARED
from wissel.clients.sending.dossier import read_dossier
from wissel.routing.exchange.envelope import Attestation, Kind

SAMPLES = SHARED / "data" / "oso-gegevensset-2019.1"
FIXTURES = Path(wissel.clients.__file__).parent / "fixtures"
NAMESPACE = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
SEEN = Attestation(inzage=True, inzage_date=dt.date(2016, 3, 31), toestemming="Ja")


@pytest.mark.parametrize(
    ("name", "kind", "attestation"),
    [
        ("OV_BB_full", Kind.WITHIN_BRIN, SEEN),
        ("OV_POPO_full", Kind.OVERSTAP, SEEN),
        ("OV_POPO_opt_out", Kind.OVERSTAP, SEEN),
        ("OV_POVO_full", Kind.OVERSTAP, SEEN),
        ("OV_POVO_opt_out", Kind.OVERSTAP, SEEN),
        ("OV_VOVO_opt_out", Kind.OVERSTAP, SEEN),
        ("PaO_POSWV_full", Kind.SWV, SEEN),
        ("PaO_POSWV_opt_out", Kind.SWV, Attestation()),
    ],
)
def test_the_published_samples_are_read(name: str, kind: Kind, attestation: Attestation) -> None:
    path = SAMPLES / f"Voorbeelddossier_{name}.xml"
    if not path.exists():
        pytest.skip("the published samples of the gegevensset are not here")

    facts = read_dossier(path)

    assert (facts.kind, facts.attestation) == (kind, attestation)
    assert facts.readable
    assert facts.content_type == "application/xml"


@pytest.mark.parametrize(
    ("name", "kind", "inzage"),
    [
        ("dossier-overstap.xml", Kind.OVERSTAP, True),
        ("dossier-binnenbrin.xml", Kind.WITHIN_BRIN, True),
        ("dossier-swv.xml", Kind.SWV, False),
    ],
)
def test_our_own_dossiers_are_read(name: str, kind: Kind, inzage: bool) -> None:
    facts = read_dossier(FIXTURES / name)

    assert (facts.kind, facts.attestation.inzage, facts.readable) == (kind, inzage, True)


def test_a_terugkoppeling_is_told_from_a_dossier(tmp_path: Path) -> None:
    path = tmp_path / "answer.xml"
    path.write_text(f'<?xml version="1.0"?>\n<terugkoppeling xmlns="{NAMESPACE}"/>')

    facts = read_dossier(path)

    assert (facts.kind, facts.readable, facts.note) == (Kind.FEEDBACK, True, "")
    assert facts.content_type == "application/xml"
    assert facts.attestation == Attestation()


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize(
    "encoding",
    ["UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "windows-1252", "ISO-8859-15"],
)
def test_a_dossier_is_read_in_its_encoding(tmp_path: Path, encoding: str, mark: bool) -> None:
    marked = mark and encoding.startswith("UTF")
    said = encoding[:6] if marked and encoding != "UTF-8" else encoding
    text = in_encoding("dossier-swv.xml", said)
    path = written(tmp_path, f"{chr(0xFEFF) * marked}{text}".encode(encoding))

    facts = read_dossier(path)

    assert (facts.kind, facts.content_type, facts.note) == (Kind.SWV, "application/xml", "")


@pytest.mark.parametrize(
    ("said", "written_as", "why"),
    [
        ("IBM037", "cp037", "its encoding, IBM037, cannot be read"),
        ("x-unknown", "ascii", "its encoding, x-unknown, cannot be read"),
        ("UTF-16", "ascii", "it is not well-formed XML in UTF-16"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_named(
    tmp_path: Path, said: str, written_as: str, why: str
) -> None:
    text = in_encoding("dossier-overstap.xml", said)

    facts = read_dossier(written(tmp_path, text.encode(written_as, errors="replace")))

    assert (facts.readable, facts.content_type) == (False, "application/xml")
    assert why in facts.note


def in_encoding(name: str, encoding: str) -> str:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    return text.replace('encoding="UTF-8"', f'encoding="{encoding}"', 1)


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "dossier"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def dossier(inner: str) -> str:
    return f'<dossier xmlns="{NAMESPACE}">{inner}<huidigeschool/></dossier>'


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "application/octet-stream"),
        (b"\x00\x01", "application/octet-stream"),
        (b"PK\x03\x04rest", "application/zip"),
        ("<a/>", "application/xml"),
        ("<dossier><overdrachtsoort>swv-dossier</overdrachtsoort></dossier>", "application/xml"),
        (dossier(""), "application/xml"),
        (dossier("<overdrachtsoort>anders</overdrachtsoort>"), "application/xml"),
        (dossier("<overdrachtsoort>swv-dossier</x>"), "application/xml"),
        (
            '<!DOCTYPE d [<!ENTITY k SYSTEM "file:///etc/hostname">]>'
            + dossier("<overdrachtsoort>&k;</overdrachtsoort>"),
            "application/xml",
        ),
    ],
)
def test_what_cannot_be_read_goes_as_an_overstapdossier_and_says_so(
    tmp_path: Path, content: bytes | str, content_type: str
) -> None:
    facts = read_dossier(written(tmp_path, content))

    assert (facts.kind, facts.readable) == (Kind.OVERSTAP, False)
    assert facts.attestation == Attestation()
    assert facts.content_type == content_type
    assert "overstapdossier" in facts.note


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "swv-"><!ENTITY b "&a;&a;&a;&a;">]>' + dossier(
        "<overdrachtsoort>swv-dossier</overdrachtsoort><x>&b;</x>"
    )

    facts = read_dossier(written(tmp_path, bomb))

    assert "swv-swv-" not in repr(facts)


def test_only_the_head_counts(tmp_path: Path) -> None:
    inner = "<overdrachtsoort>swv-dossier</overdrachtsoort>"
    content = f'<dossier xmlns="{NAMESPACE}">{inner}<huidigeschool><leerling> not closed'

    assert read_dossier(written(tmp_path, content)).kind is Kind.SWV


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<inzage>true</inzage>", Attestation(inzage=True)),
        ("<inzage>false</inzage><inzagedatum>2026-01-01</inzagedatum>", Attestation()),
        ("<inzage>true</inzage><inzagedatum>2026-02-30</inzagedatum>", Attestation(inzage=True)),
        ("<inzage>1</inzage><toestemming>Wel</toestemming>", Attestation(inzage=True)),
        ("<toestemming>Nee</toestemming>", Attestation(toestemming="Nee")),
    ],
)
def test_an_attestation_never_says_more_than_the_file(
    tmp_path: Path, inner: str, expected: Attestation
) -> None:
    kind = "<overdrachtsoort>overstapdossier</overdrachtsoort>"
    content = dossier(f"{kind}<inzage>{inner}</inzage>")

    assert read_dossier(written(tmp_path, content)).attestation == expected


@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_without_a_failure(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    facts = read_dossier(written(tmp_path_factory.mktemp("any"), b"<" + content))

    assert facts.kind in set(Kind)
