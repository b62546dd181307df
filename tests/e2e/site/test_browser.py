"""The site in a browser, at the width of a desktop and of a telephone: open to all, and alive."""

import datetime as dt
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from support.browser import axe, browser
from support.overviews import MARKUP
from wissel.clients.cli.publishing.overview import Location, Overview, Service, Swv, System
from wissel.clients.cli.publishing.pages import PAGES, pages

MANY: Final = 8_622
DESKTOP: Final = {"width": 1280, "height": 900}
TELEPHONE: Final = {"width": 360, "height": 740}
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FEW: Final = 240


def overview(count: int = FEW) -> Overview:
    """Return schools all over the country; each fourth is not connected, one has closed."""
    services = tuple(
        Service(
            code=code, name=name, note="", owner="Kennisnet", sectors=("PO",), schools=1, swvs=0
        )
        for code, name in (("OSO_OV", "OSO overstap"), ("RIO", "RIO"))
    )
    locations = [
        Location(
            vestiging=f"{number // 100 % 100:02}{'ABCDEFGHIJ'[number // 10_000]}X{number % 100:02}",
            name=f"School {number}",
            postcode="5678XY",
            city=f"PLAATS {number % 40}",
            sector=("PO", "VO")[number % 2],
            swvs=("PO9901",),
            services=((), ("OSO_OV",), ("OSO_OV", "RIO"), ("RIO",))[number % 4],
            closed=None,
            latitude=51 + number * 37 % 1000 / 500,
            longitude=4.5 + number * 61 % 1000 / 500,
        )
        for number in range(count)
    ]
    locations[1] = replace(locations[1], name=MARKUP)
    locations[2] = replace(locations[2], services=(), closed=dt.date(2026, 7, 31))
    locations[3] = replace(locations[3], latitude=None, longitude=None)
    system = System(
        system_id="las-noord",
        name=MARKUP,
        vendor="Noord",
        kind="LAS",
        services=("OSO_OV", "RIO"),
        mail="desk@noord.example",
        telephone="050 123 45 67",
        hours="ma-vr 9.00-17.00 uur",
        manual_url="https://noord.example/handleiding",
        step_plan_url="",
    )
    return Overview(
        day=dt.date(2026, 9, 1),
        revision=12,
        services=services,
        systems=(system, replace(system, system_id="las-zuid", name="LAS Zuid")),
        locations=tuple(locations),
        swvs=(Swv(code="PO9901", name="Verband Negen", services=("OSO_OV",)),),
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("site"), overview())


def written(folder: Path, found: Overview) -> Path:
    for name, content in pages(found).items():
        (folder / name).write_bytes(content)
    return folder


@contextmanager
def opened(chromium: Browser, file: Path, **options: Any) -> Iterator[Page]:
    """Open a page as a reader does; whatever it fetches or complains of fails the test."""
    options = {"viewport": DESKTOP, "locale": "nl-NL"} | options
    said: list[str] = []

    def complained(message: ConsoleMessage) -> None:
        said.append(message.text)

    def requested(request: Request) -> None:
        if not request.url.startswith(("file://", "data:")):
            said.append(request.url)

    with chromium.new_context(**options) as context:
        page = context.new_page()
        page.on("console", complained)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", requested)
        page.goto(file.as_uri())
        yield page
    assert [] == said


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (TELEPHONE, "light"), (TELEPHONE, "dark")]
)
def test_a_page_keeps_nobody_out(
    chromium: Browser, site: Path, name: str, viewport: dict[str, int], scheme: str
) -> None:
    """It passes the rules of WCAG 2.2 AA that a program can judge, and fits its screen."""
    # A reader's browser lets nothing into a page; the checker has to get in.
    options = {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True}
    with opened(chromium, site / name, **options) as page:
        page.evaluate(axe())
        found = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
        width = page.evaluate("document.documentElement.scrollWidth")

    assert [] == [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
    assert width <= viewport["width"]


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE])
def test_a_school_is_found_by_what_is_typed(
    chromium: Browser, site: Path, viewport: dict[str, int]
) -> None:
    with opened(chromium, site / "index.html", viewport=viewport) as page:
        page.get_by_label("Zoek op naam").fill("school 230 plaats")
        expect(page.get_by_role("status")).to_have_text("1 locatie")
        expect(page.locator("#list li b")).to_have_text("School 230")
        page.get_by_label("Zoek op naam").fill("23 SCHÓÓL")
        page.get_by_label("Dienst").select_option(label="RIO")
        # By name or vestiging 23, 123, 223, 230, 231, 234, 235, 238 and 239, by town four more.
        expect(page.get_by_role("status")).to_have_text("13 locaties")


def test_filters_add_up_and_are_wiped(chromium: Browser, site: Path) -> None:
    connected = FEW * 3 // 4 - 1
    with opened(chromium, site / "index.html") as page:
        status = page.get_by_role("status")
        expect(status).to_have_text(f"{connected} locaties")
        page.get_by_label("Aansluiting").select_option(label="Niet aangesloten")
        expect(status).to_have_text(f"{FEW // 4} locaties")
        page.get_by_label("Aansluiting").select_option(label="Gesloten scholen")
        expect(page.locator("#list li")).to_contain_text("Gesloten na 31-07-2026")
        page.get_by_label("Aansluiting").select_option(label="Alle scholen")
        page.get_by_label("Plaats", exact=True).fill("Plaats 7")
        expect(status).to_have_text(f"{FEW // 40} locaties")
        page.get_by_role("button", name="Wis alles").click()
        expect(status).to_have_text(f"{connected} locaties")
        page.get_by_role("button", name="Toon ook").click()
        expect(status).to_have_text(f"{FEW} locaties")


def test_the_map_is_used_with_keys_alone(chromium: Browser, site: Path) -> None:
    with opened(chromium, site / "index.html") as page:
        page.locator("#map").focus()
        before = page.locator(".group").count()
        page.keyboard.press("+")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("0")
        expect(page.locator(".group")).to_have_count(before)
        page.keyboard.press("Tab")
        expect(page.locator("#tip")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#tip")).to_be_hidden()
        for _ in range(12):
            page.keyboard.press("Enter")
            page.evaluate("() => new Promise(requestAnimationFrame)")
            assert page.evaluate("document.activeElement.closest('#map') !== null")
        expect(page.get_by_role("status")).to_have_text("1 locatie")
        page.get_by_role("button", name="Keuze op de kaart loslaten").click()
        expect(page.get_by_role("status")).not_to_have_text("1 locatie")


def test_the_map_is_used_by_clicking_alone(chromium: Browser, site: Path) -> None:
    with opened(chromium, site / "index.html") as page:
        labels = page.locator(".group").evaluate_all("all => all.map(each => each.ariaLabel)")
        shown = sum(int(each.split()[0]) for each in labels if " locaties: " in each)
        shown += sum(" locaties: " not in each for each in labels)
        assert FEW * 3 // 4 - 2 == shown  # without the one that closed and the one without a point
        page.get_by_role("button", name="Inzoomen").click()
        page.get_by_role("button", name="Naar het oosten").click()
        page.get_by_role("button", name="Heel Nederland").click()
        expect(page.locator(".group")).to_have_count(len(labels))
        page.locator(".group").first.hover()
        expect(page.locator("#tip")).to_contain_text("locaties")
        page.locator(".group").first.click()
        expect(page.locator(".group").first).not_to_have_attribute("aria-label", labels[0])


def test_what_can_be_pointed_at_keeps_apart(chromium: Browser, site: Path) -> None:
    """Targets are at least 24 pixels wide, and none covers the middle of another."""
    with opened(chromium, site / "index.html", viewport=TELEPHONE) as page:
        boxes = page.locator(".group .reach").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().toJSON())"
        )
    middles = [(each["x"] + each["width"] / 2, each["y"] + each["height"] / 2) for each in boxes]

    assert min(each["width"] for each in boxes) >= 24
    assert [] == [
        (one, other)
        for at, one in enumerate(middles)
        for other in middles[:at]
        if abs(one[0] - other[0]) < 24 and abs(one[1] - other[1]) < 24
    ]


def test_a_name_that_holds_markup_is_shown_as_it_reads(chromium: Browser, site: Path) -> None:
    with opened(chromium, site / "index.html") as page:
        page.get_by_label("Zoek op naam").fill("alert")
        expect(page.locator("#list li b")).to_have_text(MARKUP)
    with opened(chromium, site / "systemen.html") as page:
        expect(page.get_by_role("heading", level=2).first).to_have_text(MARKUP)


def test_without_javascript_the_list_is_there(chromium: Browser, site: Path) -> None:
    with opened(chromium, site / "index.html", java_script_enabled=False) as page:
        expect(page.locator("#app")).to_be_hidden()
        page.get_by_role("link", name="één pagina", exact=True).click()
        expect(page.locator(".schools > li")).to_have_count(FEW)


def test_a_whole_country_stays_light(chromium: Browser, tmp_path: Path) -> None:
    """All locations of today: few nodes to draw, and less than 2 MB to fetch."""
    file = written(tmp_path, overview(MANY)) / "index.html"
    with opened(chromium, file) as page:
        expect(page.get_by_role("status")).to_have_text("6.465 locaties")
        nodes = page.evaluate("document.querySelectorAll('*').length")

    assert nodes < 2_000
    assert len(gzip.compress(file.read_bytes())) < 2_000_000
