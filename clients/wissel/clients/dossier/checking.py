"""The whole check of a dossier.

In this order:

1. it is read safely (`reading`);
2. the XSD, where one is placed;
3. the rules of every dossier, and its code lists;
4. the rules of its profile, where that is documented;
5. its categories: what each holds, and what its profile demands of it;
6. the numbers of the pupil, the codes of tests, and the attachments.

A mistake is told once: where a published rule and a category speak of the same
element, the published rule does.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from wissel.clients.dossier.attachments import attachments
from wissel.clients.dossier.document import Dossier, Place, path_of
from wissel.clients.dossier.findings import Finding, Report, Severity
from wissel.clients.dossier.numbers import numbers
from wissel.clients.dossier.profiles import Kind, Profile, profile_of
from wissel.clients.dossier.reading import PREFIX, Element, Unreadable, line_of, read
from wissel.clients.dossier.rules.categories import OF_CATEGORIES, matrix
from wissel.clients.dossier.rules.code_lists import OF_CODE_LISTS
from wissel.clients.dossier.rules.generic import GENERIC
from wissel.clients.dossier.rules.overstap import OVERSTAP
from wissel.clients.dossier.rules.rule import Rule
from wissel.clients.dossier.rules.swv import SWV
from wissel.clients.dossier.rules.within_brin import WITHIN_BRIN
from wissel.clients.dossier.schema import Schema
from wissel.clients.dossier.toetscodes import of_list

RULES: Final = {Kind.OVERSTAP: OVERSTAP, Kind.WITHIN_BRIN: WITHIN_BRIN, Kind.SWV: SWV}
_WITHOUT_SCHEMA: Final = "Zonder het XSD van de gegevensset is de vorm niet getoetst."
_WITHOUT_CODES: Final = "Zonder toetscodelijst zijn de codes van toetsen niet getoetst."


def check(
    data: bytes, *, schema: Schema | None = None, toetscodes: frozenset[str] | None = None
) -> Report:
    """Return what is wrong with the bytes of a dossier; never raises for what they hold."""
    try:
        content = read(data)
    except Unreadable as unreadable:
        return Report((unreadable.finding,))
    unchecked = [] if schema else [_WITHOUT_SCHEMA]
    findings = list(schema.check(content.root)) if schema else []
    profiles = []
    for elements in _dossiers(content.elements):
        dossier = Dossier(elements)
        profile = profile_of(dossier)
        profiles.append(profile.name)
        findings += _of_rules(dossier, profile)
        findings += numbers(dossier)
        if toetscodes is not None:
            findings += of_list(dossier, toetscodes)
        elif dossier.all("eldtoetscode") and _WITHOUT_CODES not in unchecked:
            unchecked.append(_WITHOUT_CODES)
        findings += attachments(dossier)
    findings.sort(key=lambda finding: finding.line)
    return Report(tuple(findings), " ".join(profiles), tuple(unchecked))


def _dossiers(elements: list[Element]) -> Iterator[list[Element]]:
    """Yield the elements of each dossier: one, or those of a file of several."""
    tag = f"{PREFIX}dossier"
    starts = [at for at, element in enumerate(elements) if element.tag == tag]
    for start, end in zip(starts, [*starts[1:], len(elements)], strict=True):
        yield elements[start:end]


def _of_rules(dossier: Dossier, profile: Profile) -> Iterator[Finding]:
    """Yield what the rules find, each place once."""
    told: set[tuple[Element, str]] = set()
    for rule, place in _broken(dossier, profile):
        subject = (place.parent, place.child)
        if place.child and rule.ids[0].startswith("CAT.") and subject in told:
            continue
        told.add(subject)
        element = place.element
        path = path_of(element)
        if place.child and element is place.parent:
            path += f"/{place.child}"
        yield Finding(rule.ids[0], rule.sentence, path, line_of(element), also=rule.ids[1:])
    if not profile.documented:
        yield Finding(
            "PROFIEL",
            f"Van het profiel {profile.name} zijn geen regels gepubliceerd; "
            "het is alleen getoetst op wat voor elk dossier geldt.",
            path_of(dossier.root),
            line_of(dossier.root),
            Severity.WARNING,
        )


def _broken(dossier: Dossier, profile: Profile) -> Iterator[tuple[Rule, Place]]:
    yield from _find(GENERIC, dossier)
    yield from _find(OF_CODE_LISTS, dossier)
    if profile.documented:
        fitting = (
            rule for rule in RULES[profile.kind] if not rule.only or profile.transition in rule.only
        )
        yield from _find(fitting, dossier)
    yield from _find(OF_CATEGORIES, dossier)
    if profile.documented:
        yield from matrix(dossier, profile)


def _find(rules: Iterable[Rule], dossier: Dossier) -> Iterator[tuple[Rule, Place]]:
    for rule in rules:
        for place in rule.find(dossier):
            yield rule, place
