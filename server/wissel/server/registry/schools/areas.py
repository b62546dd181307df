"""In whose region schools are: the samenwerkingsverbanden of their postcodes (R1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wissel.routing.facts import Location, PostcodeArea, Samenwerkingsverband, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Postcode4, Swv
from wissel.server.registry.ports import Snapshot, Transaction

Areas = Mapping[Postcode4, PostcodeArea]
"""What is known of postcodes, by their digits."""

_DIGITS: Final = len("1234")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAreas:
    """How many postcodes a list changed, and the codes in it that are not registered, in order."""

    changed: int
    unregistered: Sequence[Swv]


async def import_areas(transaction: Transaction, areas: Sequence[PostcodeArea]) -> ImportedAreas:
    """Record in whose region postcodes are; what is not named stays as it was.

    A postcode that is named twice is FIELD_INVALID.
    """
    _refuse_doubles(areas)
    before = {each.postcode: each for each in await transaction.find(PostcodeArea)}
    changed = [each for each in areas if before.get(each.postcode) != each]
    known = {each.code for each in await transaction.find(Samenwerkingsverband)}
    await transaction.put(*changed)
    named = {swv for each in areas for swv in (each.swv_po, each.swv_vo) if swv is not None}
    return ImportedAreas(changed=len(changed), unregistered=sorted(named - known))


def _refuse_doubles(areas: Iterable[PostcodeArea]) -> None:
    seen: set[Postcode4] = set()
    for number, each in enumerate(areas):
        if each.postcode in seen:
            raise Refused(
                Reason.FIELD_INVALID,
                field=f"areas[{number}].postcode",
                value=each.postcode,
                problem="it is there twice",
            )
        seen.add(each.postcode)


async def areas_of(snapshot: Snapshot, schools: Iterable[School], pinned: int) -> Areas:
    """Return what is known of the postcodes of schools, as it was at a revision."""
    postcodes = {
        digits for school in schools for each in school.locations if (digits := digits_of(each))
    }
    if not postcodes:
        return {}
    found = await snapshot.page(
        PostcodeArea, after="", limit=len(postcodes), pinned=pinned, key=tuple(sorted(postcodes))
    )
    return {each.postcode: each for each in found}


def digits_of(location: Location) -> Postcode4 | None:
    """Return the digits of a location's postcode, None if it has none."""
    return Postcode4(location.postcode[:_DIGITS]) if location.postcode else None
