"""The rules of an overstapdossier about the final test of primary school, and older tests."""

from collections.abc import Iterator
from typing import Final

from wissel.clients.dossier.document import Dossier, Place, is_false, is_true, text_of
from wissel.clients.dossier.reading import Element
from wissel.clients.dossier.rules import shared
from wissel.clients.dossier.rules.rule import required, rule


def _took_part(final_test: Element) -> bool:
    return is_true(final_test, "deelgenomen")


def _no_part(final_test: Element) -> bool:
    return is_false(final_test, "deelgenomen")


def _without_kind_of_test(dossier: Dossier) -> Iterator[Place]:
    for final_test in dossier.all("eindtoets_basisonderwijs"):
        if _no_part(final_test):
            yield from _kind_lacks(final_test)


def _exempt_without_kind(dossier: Dossier) -> Iterator[Place]:
    for final_test in dossier.all("eindtoets_basisonderwijs"):
        for result in final_test.iterfind("{*}eindtoetsresultaat"):
            if text_of(result, "wettelijke_ontheffing") == "J" and not _no_part(final_test):
                yield from _kind_lacks(final_test)


def _kind_lacks(final_test: Element) -> Iterator[Place]:
    result = final_test.find("{*}eindtoetsresultaat")
    if result is None:
        yield Place(final_test, "eindtoetsresultaat")
    elif not shared.has(result, "toetssoort"):
        yield Place(result, "toetssoort")


def _without_test_advice(dossier: Dossier) -> Iterator[Place]:
    for final_test in dossier.all("eindtoets_basisonderwijs"):
        result = final_test.find("{*}eindtoetsresultaat")
        if _took_part(final_test) and result is not None and not shared.has(result, "toets_advies"):
            yield Place(result, "toets_advies")


def _old_tests(dossier: Dossier) -> Iterator[Place]:
    """Find tests from before the two school years that precede the one of the dossier's date."""
    made = dossier.text("metadata", "datum")[:10]
    if (current := _school_year(made)) is None:
        return
    for test in dossier.all("toets"):
        for taken in test.iterfind("{*}afname"):
            year = _school_year(text_of(taken, "afnamedatum")[:10])
            if year is not None and not current - 2 <= year <= current:
                yield Place(taken, "afnamedatum")


def _school_year(day: str) -> int | None:
    """Return the year in which the school year of a day began: it begins on 1 August."""
    year, month = day[:4], day[5:7]
    if not (year.isdecimal() and month.isdecimal()):
        return None
    return int(year) - (int(month) < 8)  # noqa: PLR2004 - August


OF_TESTS: Final = (
    rule(
        "OVa.EB01|OVa.EB02",
        "Wie aan de eindtoets heeft deelgenomen, heeft daarvan een resultaat in het dossier.",
        required("eindtoets_basisonderwijs", "eindtoetsresultaat", _took_part),
    ),
    rule(
        "OVa.EB03",
        "Ook wie niet aan de eindtoets heeft deelgenomen, heeft de soort eindtoets in het dossier.",
        _without_kind_of_test,
    ),
    rule(
        "WSa.EB05",
        "Wie ontheffing heeft van de eindtoets, heeft de soort eindtoets in het dossier.",
        _exempt_without_kind,
    ),
    rule(
        "OVa.EB04",
        "Wie aan de eindtoets heeft deelgenomen, heeft het toetsadvies in het dossier.",
        _without_test_advice,
    ),
    rule(
        "WSa.TR04",
        "Toetsen mogen alleen uit het schooljaar van het dossier en de twee daarvoor zijn.",
        _old_tests,
        only="POVO",
    ),
)
