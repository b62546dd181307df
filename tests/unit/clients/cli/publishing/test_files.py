"""The files that are published: safe whatever a name holds, of one revision, and whole."""

import base64
import datetime as dt
import hashlib
import html
import io
import json
import re
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.cli.publishing.data import compact, whole
from wissel.clients.cli.publishing.folder import publish
from wissel.clients.cli.publishing.overview import Location, Overview, Service, Swv, System
from wissel.clients.cli.publishing.pages import PAGES, pages
from wissel.clients.cli.publishing.sheets import workbook
from wissel.clients.cli.tables.workbook import MAX_ROWS, Sheet, workbook_bytes
from wissel.clients.errors import FileUnusable

DAY = dt.date(2026, 9, 1)
MARKUP = "</script><script>alert(1)</script><!-- & \" ' -->"
SCHOOL = Location(
    vestiging="99XA00",
    name="De Regenboog",
    postcode="1234AB",
    city="UTRECHT",
    sector="PO",
    swvs=("PO9901",),
    services=("OSO_OV",),
    closed=None,
    latitude=52.09,
    longitude=5.12,
)
SYSTEM = System(
    system_id="las-noord",
    name="LAS Noord",
    vendor="Noord",
    kind="LAS",
    services=("OSO_OV",),
    mail="desk@noord.example",
    telephone="050 123 45 67",
    hours="ma-vr",
    manual_url="https://noord.example/handleiding?a=1&b=2",
    step_plan_url="",
)
OVERVIEW = Overview(
    day=DAY,
    revision=1234,
    services=(
        Service(
            code="OSO_OV",
            name="OSO overstap",
            note="",
            owner="Kennisnet",
            sectors=("PO",),
            schools=1,
            swvs=0,
        ),
    ),
    systems=(SYSTEM,),
    locations=(
        SCHOOL,
        replace(SCHOOL, vestiging="99XB00", services=(), closed=dt.date(2026, 7, 31)),
        replace(SCHOOL, vestiging="99XC00", services=(), latitude=None, longitude=None),
    ),
    swvs=(Swv(code="PO9901", name="Verband Negen", services=("OSO_SWV",)),),
)


def hostile(text: str) -> Overview:
    """Return the overview in which everything that somebody can name is called so."""
    return replace(
        OVERVIEW,
        services=tuple(
            replace(each, name=text, note=text, owner=text) for each in OVERVIEW.services
        ),
        systems=(
            replace(SYSTEM, name=text, vendor=text, mail=text, telephone=text, hours=text),
            replace(SYSTEM, manual_url=f"javascript:{text}", step_plan_url=f"https://{text}"),
        ),
        locations=(replace(SCHOOL, name=text, city=text),),
        swvs=(replace(OVERVIEW.swvs[0], name=text),),
    )


def text_of(overview: Overview) -> dict[str, str]:
    return {name: page.decode() for name, page in pages(overview).items()}


def data_of(page: str) -> object:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("name", PAGES)
def test_each_page_carries_day_and_revision(name: str) -> None:
    page = text_of(OVERVIEW)[name]

    assert "1 september 2026" in page
    assert "revisie 1234 van het register" in page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fetches_nothing_and_runs_nothing_but_its_own(name: str) -> None:
    page = text_of(hostile(MARKUP))[name]
    policy = html.unescape(
        re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)[0]
    )
    run = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert ["1", "1"] == [str(len(styles)), str(len(run) + (name != "index.html"))]
    for each in (*run, *styles):
        digest = base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert [] == re.findall(
        r"<(?:link|img|iframe|script|object)[^>]*(?:src|href)=\"(?!data:)", page
    )
    assert [] == re.findall(r"\son\w+=|\sstyle=|href=\"javascript:", page)


@given(st.text(min_size=1, max_size=60).filter(str.isprintable) | st.just(MARKUP))
def test_no_name_becomes_markup(text: str) -> None:
    """A page has the same tags, whatever anything is called; its data says the same as it did."""
    shown, plain = text_of(hostile(text)), text_of(hostile("naam"))
    for name in PAGES:
        assert re.findall(r"<[a-z/!][^\s>]*", plain[name]) == re.findall(
            r"<[a-z/!][^\s>]*", shown[name]
        )

    assert json.loads(json.dumps(compact(hostile(text)))) == data_of(shown["index.html"])


def test_what_has_no_point_or_has_closed_is_listed_and_counted_but_not_on_the_map() -> None:
    page = text_of(OVERVIEW)["index.html"]
    rows = compact(OVERVIEW)["rows"]

    assert [(52.09, 5.12), (0, 0), (0, 0)] == [tuple(row[7:9]) for row in rows]
    assert [0, "2026-07-31", 0] == [row[9] for row in rows]
    assert "buiten Europees Nederland ligt (1)" in page
    assert "gesloten locaties (1)" in page
    assert 3 == text_of(OVERVIEW)["lijst.html"].count("99X")


def test_the_whole_is_json_with_the_names_of_its_fields() -> None:
    data = json.loads(whole(OVERVIEW))

    assert ("2026-09-01", 1234) == (data["day"], data["revision"])
    assert ["OSO_OV"] == data["locations"][0]["services"]
    assert "2026-07-31" == data["locations"][1]["closed"]


def test_a_cell_of_the_workbook_is_a_text_a_number_or_a_day_and_never_a_formula() -> None:
    named = replace(OVERVIEW, locations=(replace(SCHOOL, name='=HYPERLINK("https://evil")'),))
    book = zipfile.ZipFile(io.BytesIO(workbook(named)))
    sheets = {name: book.read(name).decode() for name in book.namelist() if "sheets/" in name}
    schools = sheets["xl/worksheets/sheet2.xml"]

    assert 5 == len([name for name in sheets if name.endswith(".xml")])
    assert [] == [name for name, text in sheets.items() if "<f>" in text or "hyperlink" in text]
    assert "=HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
    assert re.search(r'<c r="K2"><v>52.09</v></c>', schools)
    assert '<pane xSplit="2" ySplit="1"' in schools
    assert "<autoFilter " in schools
    assert all("revisie 1234" in text for text in sheets.values())


def test_a_workbook_of_a_day_is_the_same_bytes_whenever_it_is_written() -> None:
    assert workbook(OVERVIEW) == workbook(OVERVIEW)


def test_a_sheet_that_excel_would_cut_off_is_refused() -> None:
    many = Sheet(name="Many", titles=("A",), rows=[()] * (MAX_ROWS + 1))

    with pytest.raises(FileUnusable, match="Many has more"):
        workbook_bytes([many], "too many")


def test_the_files_of_a_folder_are_replaced_and_others_stay(tmp_path: Path) -> None:
    site = tmp_path / "new" / "site"
    publish(site, {"index.html": b"old", "a.json": b"1"})
    (site / "robots.txt").write_bytes(b"mine")
    publish(site, {"index.html": b"new"})

    files = {each.name: each.read_bytes() for each in site.iterdir()}
    assert {"index.html": b"new", "a.json": b"1", "robots.txt": b"mine"} == files
    assert 0o644 == stat.S_IMODE((site / "index.html").stat().st_mode)


def test_where_one_file_cannot_be_written_none_is_replaced(tmp_path: Path) -> None:
    publish(tmp_path, {"index.html": b"old"})

    with pytest.raises(OSError, match="no/such"):
        publish(tmp_path, {"index.html": b"new", "no/such": b""})

    assert {"index.html": b"old"} == {each.name: each.read_bytes() for each in tmp_path.iterdir()}
