"""Folding the facts of one organisation into its bucket."""

from collections.abc import Iterable
from typing import Final, TypeVar

from wissel.routing.facts import Endpoint, Mandate, Samenwerkingsverband, School
from wissel.routing.identifiers import Organisation
from wissel.routing.records import FOREVER, Bucket, EndpointRecord, MandateRecord, Names

OrganisationFact = School | Samenwerkingsverband | Mandate | Endpoint
"""A fact that lives in the bucket of an organisation."""

_Row = TypeVar("_Row", MandateRecord, EndpointRecord)


def owner_of(fact: OrganisationFact) -> Organisation:
    """Return the organisation in whose bucket a fact lives."""
    match fact:
        case School():
            return fact.brin
        case Samenwerkingsverband():
            return fact.code
        case _:
            return fact.organisation


def empty(organisation: Organisation) -> Bucket:
    """Return the bucket of an organisation of which nothing is known."""
    return Bucket(organisation, False, "", FOREVER, {}, {}, {})


class Draft:
    """A bucket that is being rewritten; the bucket that it came from stays as it was."""

    __slots__ = ("_closed", "_endpoints", "_known", "_locations", "_mandates", "_of", "_signatory")

    def __init__(self, bucket: Bucket) -> None:
        self._of: Final = bucket.organisation
        self._known = bucket.known
        self._signatory = bucket.signatory
        self._closed = bucket.closed
        self._locations = bucket.locations
        self._mandates = {row.ident: row for rows in bucket.mandates.values() for row in rows}
        self._endpoints = {row.ident: row for rows in bucket.endpoints.values() for row in rows}

    def fold(self, names: Names, fact: OrganisationFact) -> None:
        """Take in a fact; one with the same key as an earlier fact replaces it."""
        match fact:
            case Endpoint():
                mandate = self._mandates.get(fact.mandate_id.int)
                self._endpoints[fact.endpoint_id.int] = EndpointRecord.of(names, fact, mandate)
            case Mandate():
                self._mandates[fact.mandate_id.int] = MandateRecord.of(names, fact)
            case School():
                self._known, self._signatory = True, fact.board
                self._closed = names.day(fact.closed)
                self._locations = {
                    names.shared(location.vestiging): names.day(location.closed)
                    for location in fact.locations
                }
            case Samenwerkingsverband():
                self._known, self._signatory = True, fact.code

    def freeze(self) -> Bucket:
        """Return the bucket, with each endpoint under its mandate as it now is."""
        linked = (
            row
            if row.mandate is (mandate := self._mandates.get(row.mandate_ident))
            else row.under(mandate)
            for row in self._endpoints.values()
        )
        return Bucket(
            self._of,
            self._known,
            self._signatory,
            self._closed,
            self._locations,
            _grouped((row.service, row) for row in self._mandates.values()),
            _grouped((row.version, row) for row in linked),
        )


def _grouped(rows: Iterable[tuple[int, _Row]]) -> dict[int, tuple[_Row, ...]]:
    """Return the rows by number, each group in order of identifier.

    The order makes every answer a function of the facts, whatever the order
    in which they came.
    """
    groups: dict[int, list[_Row]] = {}
    for number, row in rows:
        groups.setdefault(number, []).append(row)
    return {number: tuple(sorted(group, key=_ident)) for number, group in groups.items()}


def _ident(row: MandateRecord | EndpointRecord) -> int:
    return row.ident
