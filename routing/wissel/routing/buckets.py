"""Folding the facts of one organisation into its bucket."""

from typing import Final

from wissel.routing.facts import Endpoint, Mandate, Samenwerkingsverband, School
from wissel.routing.identifiers import Organisation
from wissel.routing.names import Names
from wissel.routing.records import FOREVER, IDENT, UNSEEN, Bucket

OrganisationFact = School | Samenwerkingsverband | Mandate | Endpoint
"""A fact that lives in the bucket of an organisation."""


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
    return Bucket(organisation, False, "", FOREVER, {}, (), b"", (), b"", (), {}, {})


class Draft:
    """A bucket that is being rewritten; the bucket that it came from stays as it was.

    Mandates and endpoints are by their 16 bytes of identifier, endpoints with
    that of their mandate.
    """

    __slots__ = ("_closed", "_endpoints", "_known", "_locations", "_mandates", "_of", "_signatory")

    def __init__(self, bucket: Bucket) -> None:
        self._of: Final = bucket.organisation
        self._known = bucket.known
        self._signatory = bucket.signatory
        self._closed = bucket.closed
        self._locations = bucket.locations
        mandates = _split(bucket.mandate_idents)
        self._mandates = dict(zip(mandates, bucket.mandates, strict=True))
        above = [mandates[place] for place in bucket.under]
        rows = zip(bucket.endpoints, above, strict=True)
        self._endpoints = dict(zip(_split(bucket.endpoint_idents), rows, strict=True))

    def fold(self, names: Names, fact: OrganisationFact) -> None:
        """Take in a fact; one with the same key as an earlier fact replaces it."""
        match fact:
            case Endpoint():
                mandate = fact.mandate_id.bytes
                self._endpoints[fact.endpoint_id.bytes] = names.endpoint(fact), mandate
                self._mandates.setdefault(mandate, UNSEEN)
            case Mandate():
                self._mandates[fact.mandate_id.bytes] = names.mandate(fact)
            case School():
                self._known, self._signatory = True, names.signatory(fact.board)
                self._closed = names.day(fact.closed)
                self._locations = names.locations(fact.brin, fact.locations)
            case Samenwerkingsverband():
                self._known, self._signatory = True, fact.code

    def freeze(self, names: Names) -> Bucket:
        """Return the bucket, with each endpoint under its mandate as it now is."""
        mandates = sorted((terms.service, ident) for ident, terms in self._mandates.items())
        place_of = {ident: place for place, (_, ident) in enumerate(mandates)}
        endpoints = sorted((row[0].version, ident) for ident, row in self._endpoints.items())
        rows = [self._endpoints[ident] for _, ident in endpoints]
        return Bucket(
            self._of,
            self._known,
            self._signatory,
            self._closed,
            self._locations,
            tuple([self._mandates[ident] for _, ident in mandates]),
            b"".join(place_of),
            tuple([terms for terms, _ in rows]),
            b"".join([ident for _, ident in endpoints]),
            names.under(tuple([place_of[mandate] for _, mandate in rows])),
            names.places(tuple([service for service, _ in mandates])),
            names.places(tuple([version for version, _ in endpoints])),
        )


def _split(idents: bytes) -> list[bytes]:
    return [idents[at : at + IDENT] for at in range(0, len(idents), IDENT)]
