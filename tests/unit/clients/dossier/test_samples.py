"""The published sample dossiers, with the published XSD: all of them pass."""

from pathlib import Path

import pytest
from lxml import etree

from support.dossiers.editing import dossier
from support.paths import ROOT, SHARED
from wissel.clients.dossier.checking import check
from wissel.clients.dossier.reading import NAMESPACE
from wissel.clients.dossier.schema import Schema
from wissel.clients.dossier.showing.page import page
from wissel.clients.errors import DossierUnusable

_FOLDER = SHARED / "data" / "oso-gegevensset-2019.1"
_OURS = ROOT / "clients" / "wissel" / "clients" / "fixtures"
_SAMPLES = sorted(_FOLDER.glob("*.xml"))
placed = pytest.mark.skipif(not _SAMPLES, reason="the OSO gegevensset is not placed")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.of_folder(_FOLDER)


@placed
@pytest.mark.parametrize(
    "sample", [*_SAMPLES, *sorted(_OURS.glob("*.xml"))], ids=lambda path: path.name
)
def test_a_sample_passes_and_is_shown(sample: Path, schema: Schema) -> None:
    data = sample.read_bytes()
    report = check(data, schema=schema)
    assert report.errors == []
    shown = page(data, report)
    titles = [heading.text for heading in etree.HTML(shown).iter("h2")]
    assert [title for title in titles if title != "Inzage"] == [
        "Instelling of school",
        "Leerling en ouders of verzorgers",
        "Overstapadvies",
        "Schoolloopbaan en zorg",
        "Handelingsplan",
        "Sociaal-emotioneel functioneren",
        "Verzuim",
        "Toetsresultaten",
        "Cijferlijst",
        "Bijlagen",
    ]
    # Each text of the dossier is on the page, but for contents of attachments and codes.
    told = " ".join(map(str, etree.HTML(shown).itertext()))
    for element in etree.fromstring(data).iter("{*}achternaam", "{*}bestandsnaam", "{*}plaats"):
        assert (element.text or "") in told


@placed
def test_the_xsd_is_told_with_a_place_and_without_a_value(schema: Schema) -> None:
    report = check(dossier("POVO", "huidigeschool/brincode=geheim99"), schema=schema)
    assert {finding.rule for finding in report.errors} == {"XSD"}
    assert {finding.path for finding in report.errors} == {"/dossier/huidigeschool/brincode"}
    assert all(finding.line for finding in report.errors)
    assert "geheim99" not in repr(report)
    lacking = check(dossier("POVO", "-huidigeschool/naam"), schema=schema).errors[0]
    assert lacking.sentence == "Dit element mag hier niet staan. Verwacht wordt naam."


def test_a_folder_without_the_xsd_says_what_to_place_there(tmp_path: Path) -> None:
    with pytest.raises(DossierUnusable, match=r"OSO_gegevensset\.xsd"):
        Schema.of_folder(tmp_path)
    (tmp_path / "OSO_gegevensset.xsd").write_text("<no/>")
    with pytest.raises(DossierUnusable, match="no XSD"):
        Schema.of_folder(tmp_path)


def test_markup_and_scripts_on_the_page_are_text() -> None:
    data = dossier("POVO", "leerling/achternaam=<script>alert(1)</script>")
    shown = page(data, check(data))
    assert b"<script" not in shown
    assert b"&lt;script&gt;" in shown
    assert b"default-src 'none'" in shown


def test_dossiers_in_one_file_are_each_checked() -> None:
    one = etree.tostring(etree.fromstring(dossier("POVO", "-leerling/voornaam"))).decode()
    two = etree.tostring(etree.fromstring(dossier("POSWV", "-leerling/voornaam"))).decode()
    report = check(f"<dossiers xmlns='{NAMESPACE}'>{one}{two}</dossiers>".encode())
    assert {each.rule for each in report.errors} == {"OVa.LL01", "PaO.LL01"}
    assert report.profile == "POVO POSWV"
