"""Folding the facts of one organisation into its bucket."""

from typing import Final

from wissel.routing.facts import Endpoint, Mandate, Samenwerkingsverband, School
from wissel.routing.table.compact import FOREVER, IDENT, UNSEEN, Bucket
from wissel.routing.table.interning import Names
from wissel.routing.values.identifiers import Organisation

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

    What comes is added at the end, identifiers by their 16 bytes, and sorted
    out only by `freeze`: a register that is being loaded is little larger than
    the table that it becomes.
    """

    __slots__ = (
        "_above",
        "_closed",
        "_endpoint_idents",
        "_endpoints",
        "_known",
        "_locations",
        "_mandate_idents",
        "_mandates",
        "_of",
        "_signatory",
    )

    def __init__(self, bucket: Bucket) -> None:
        self._of: Final = bucket.organisation
        self._known = bucket.known
        self._signatory = bucket.signatory
        self._closed = bucket.closed
        self._locations = bucket.locations
        self._mandates = list(bucket.mandates)
        self._mandate_idents = bytearray(bucket.mandate_idents)
        self._endpoints = list(bucket.endpoints)
        self._endpoint_idents = bytearray(bucket.endpoint_idents)
        self._above = bytearray()
        for place in bucket.under:
            self._above += bucket.mandate_idents[place * IDENT : (place + 1) * IDENT]

    def fold(self, names: Names, fact: OrganisationFact) -> None:
        """Take in a fact; one with the same key as an earlier fact replaces it."""
        match fact:
            case Endpoint():
                self._endpoints.append(names.endpoint(fact))
                self._endpoint_idents += fact.endpoint_id.bytes
                self._above += fact.mandate_id.bytes
            case Mandate():
                self._mandates.append(names.mandate(fact))
                self._mandate_idents += fact.mandate_id.bytes
            case School():
                self._known, self._signatory = True, names.signatory(fact.board)
                self._closed = names.day(fact.closed)
                self._locations = names.locations(fact.brin, fact.locations)
            case Samenwerkingsverband():
                self._known, self._signatory = True, fact.code

    def freeze(self, names: Names) -> Bucket:
        """Return the bucket, with each endpoint under its mandate as it now is."""
        above = _split(self._above)
        # Of those with the same identifier the last one counts.
        mandates = dict.fromkeys(above, UNSEEN)
        mandates.update(zip(_split(self._mandate_idents), self._mandates, strict=True))
        rows = zip(self._endpoints, above, strict=True)
        endpoints = dict(zip(_split(self._endpoint_idents), rows, strict=True))

        by_service = sorted((terms.service, ident) for ident, terms in mandates.items())
        place_of = {ident: place for place, (_, ident) in enumerate(by_service)}
        by_version = sorted((terms.version, ident) for ident, (terms, _) in endpoints.items())
        in_order = [endpoints[ident] for _, ident in by_version]
        return Bucket(
            self._of,
            self._known,
            self._signatory,
            self._closed,
            self._locations,
            tuple([mandates[ident] for ident in place_of]),
            b"".join(place_of),
            tuple([terms for terms, _ in in_order]),
            b"".join([ident for _, ident in by_version]),
            names.under(tuple([place_of[mandate] for _, mandate in in_order])),
            names.places(tuple([service for service, _ in by_service])),
            names.places(tuple([version for version, _ in by_version])),
        )


def _split(idents: bytearray) -> list[bytes]:
    return [bytes(idents[at : at + IDENT]) for at in range(0, len(idents), IDENT)]
