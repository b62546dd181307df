"""Whatever the code, the contract and the documents refer to is there.

Cited are rules (`R3`), sections (`design.md#locating`), decisions (`ADR 9`),
RFCs, and modules by their full name. Nothing outside the repository is.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from support.paths import ROOT

DOCS = ROOT / "docs"
ROOMS = ("protos", "routing", "server", "clients")
FOLDERS = (*ROOMS, "tests", "bench")

RULE = re.compile(r"\bR([0-9]{1,2})\b")
SECTION = re.compile(r"\b((?:docs/)?[A-Za-z][\w/-]*\.md)(?:#([\w-]+))?")
DECISION = re.compile(r"\bADR ([0-9]+)|\bdocs/adr/([0-9]{4})\b")
MODULE = re.compile(r"`(wissel\.(?:routing|server|clients|\w+\.v1)(?:\.[A-Za-z_]\w*)*)")
ELSEWHERE = re.compile(r"\bDESIG[N]\b|\bFACT[S] [0-9]|\bFACT[S]\.md")
"""How documents outside the repository were once cited; written so that it does not find itself."""

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def python_files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "_pb2" not in path.name)


def source_files() -> list[Path]:
    others = [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "buf.yaml", ROOT / ".ci" / "run"]
    return [*python_files(), *sorted((ROOT / "protos").rglob("*.proto")), *others]


def documents() -> list[Path]:
    ours = (path for path in DOCS.rglob("*.md") if "node_modules" not in path.parts)
    return [*sorted(ours), *sorted(ROOT.glob("*.md"))]


def said_in_python(path: Path) -> Iterator[tuple[int, str]]:
    """Yield comments and docstrings, also those of attributes, with their lines."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from enumerate(str(node.value.value).splitlines(), start=node.lineno)


def said_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a source file says to its readers, line by line."""
    if path.suffix == ".py":
        yield from said_in_python(path)
        return
    mark = "//" if path.suffix == ".proto" else "#"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        _, found, comment = line.partition(mark)
        if found:
            yield number, comment


@cache
def anchors(document: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} +(.+)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings)


def rule_numbers() -> frozenset[str]:
    return frozenset(re.findall(r"^## R([0-9]+) ", (DOCS / "rules.md").read_text(), re.MULTILINE))


def decision_exists(number: str) -> bool:
    return len(list((DOCS / "adr").glob(f"{int(number):04d}-*.md"))) == 1


def document_named(name: str) -> Path:
    """Return the document that a comment names: within the root, else within `docs`."""
    inside = ROOT / name
    return inside if inside.is_file() else DOCS / name


def module_exists(name: str) -> bool:
    """Whether a full name is that of a package or module, or of something in one."""
    *parents, _ = parts = name.split(".")
    for room in ROOMS:
        for candidate in (parts, parents):
            place = ROOT.joinpath(room, *candidate)
            if len(candidate) > 1 and (place.is_dir() or place.with_suffix(".py").is_file()):
                return True
    return False


def wrong_in(text: str) -> Iterator[str]:
    """Yield the citations in a text that lead nowhere."""
    yield from (f"R{each}" for each in RULE.findall(text) if each not in rule_numbers())
    for name, anchor in SECTION.findall(text):
        document = document_named(name)
        if not document.is_file() or (anchor and anchor not in anchors(document)):
            yield f"{name}#{anchor}"
    numbers = ["".join(each) for each in DECISION.findall(text)]
    yield from (f"ADR {each}" for each in numbers if not decision_exists(each))
    yield from (each for each in MODULE.findall(text) if not module_exists(each))
    yield from ELSEWHERE.findall(text)


def test_what_code_and_contract_cite_is_there() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {citation}"
        for path in source_files()
        for line, text in said_in(path)
        for citation in wrong_in(text)
    ]

    assert [] == wrong


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_modules_that_are_named_exist(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    wrong = []
    for link in LINK.findall(text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    wrong += [module for module in MODULE.findall(text) if not module_exists(module)]

    assert [] == wrong


@pytest.mark.parametrize("name", ["docs/architecture.md", "docs/design.md", "CONTRIBUTING.md"])
def test_paths_that_are_named_exist(name: str) -> None:
    text = FENCE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    paths = [path for path in PATH.findall(text) if path.split("/")[0] in FOLDERS or "." in path]

    assert [] == [path for path in paths if not (ROOT / path).exists()]


@pytest.mark.parametrize(
    "text",
    [
        "as R99 says",
        "see design.md#nowhere",
        "see docs/nothing.md",
        "by ADR 9999",
        "docs/adr/9999",
        "in `wissel.routing.nowhere.at_all`",
        "DESIG" + "N 6",
    ],
)
def test_a_wrong_citation_is_found(text: str) -> None:
    assert [] != list(wrong_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "R3, and design.md#locating",
        "docs/adr/0009, ADR 9 and RFC 5280",
        "`wissel.routing.exchange` and `docs/errors.md`",
        "R-squared, HR2 and R2D2",
    ],
)
def test_a_right_citation_is_let_pass(text: str) -> None:
    assert [] == list(wrong_in(text))
