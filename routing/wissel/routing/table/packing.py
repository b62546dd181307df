"""Packing the facts of one organisation in their compact form."""

from typing import Final

from wissel.routing.facts import EVERY_SECTOR, Endpoint, Mandate, Samenwerkingsverband, School
from wissel.routing.table.compact import (
    ID_BYTES,
    UNKNOWN_MANDATE,
    PackedOrganisation,
    id_at,
)
from wissel.routing.table.interning import Interner
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Organisation

OrganisationFact = School | Samenwerkingsverband | Mandate | Endpoint
"""A fact about one organisation."""


def organisation_of(fact: OrganisationFact) -> Organisation:
    """Return the organisation that a fact is about."""
    match fact:
        case School():
            return fact.brin
        case Samenwerkingsverband():
            return fact.code
        case _:
            return fact.organisation


def unknown(organisation: Organisation) -> PackedOrganisation:
    """Return an organisation of which nothing is known yet."""
    return PackedOrganisation(
        organisation, False, "", FOREVER, {}, {}, EVERY_SECTOR, (), b"", (), b"", (), {}, {}
    )


class Draft:
    """An organisation that is being changed; the packed one that it came from stays as it was.

    New mandates and endpoints are added at the end, ids as their 16 bytes, and
    sorted only by `pack`: so a register that is being loaded is little larger
    than the table that it becomes.
    """

    __slots__ = (
        "_closed",
        "_code",
        "_endpoint_ids",
        "_endpoint_mandate_ids",
        "_endpoints",
        "_locations",
        "_mandate_ids",
        "_mandates",
        "_registered",
        "_sectors",
        "_signatory",
        "_successors",
    )

    def __init__(self, packed: PackedOrganisation) -> None:
        self._code: Final = packed.code
        self._registered = packed.registered
        self._signatory = packed.signatory
        self._closed = packed.closed
        self._locations = packed.locations
        self._successors = packed.successors
        self._sectors = packed.sectors
        self._mandates = list(packed.mandates)
        self._mandate_ids = bytearray(packed.mandate_ids)
        self._endpoints = list(packed.endpoints)
        self._endpoint_ids = bytearray(packed.endpoint_ids)
        self._endpoint_mandate_ids = bytearray()
        for index in packed.endpoint_mandates:
            self._endpoint_mandate_ids += id_at(packed.mandate_ids, index)

    def fold(self, interner: Interner, fact: OrganisationFact) -> None:
        """Take in a fact; one with the same key as an earlier fact replaces it."""
        match fact:
            case Endpoint():
                self._endpoints.append(interner.endpoint(fact))
                self._endpoint_ids += fact.endpoint_id.bytes
                self._endpoint_mandate_ids += fact.mandate_id.bytes
            case Mandate():
                self._mandates.append(interner.mandate(fact))
                self._mandate_ids += fact.mandate_id.bytes
            case School():
                self._registered, self._signatory = True, interner.board(fact.board)
                self._closed = interner.last_day(fact.closed)
                self._locations = interner.locations(fact.brin, fact.locations)
                self._successors = interner.successors(fact.brin, fact.locations)
                self._sectors = interner.sectors(fact.possible_sectors)
            case Samenwerkingsverband():
                self._registered, self._signatory = True, fact.code

    def pack(self, interner: Interner) -> PackedOrganisation:
        """Return the organisation, with each endpoint referring to its mandate as it now is."""
        mandate_ids = _split(self._endpoint_mandate_ids)
        # Of those with the same id the last one counts.
        mandates = dict.fromkeys(mandate_ids, UNKNOWN_MANDATE)
        mandates.update(zip(_split(self._mandate_ids), self._mandates, strict=True))
        rows = zip(self._endpoints, mandate_ids, strict=True)
        endpoints = dict(zip(_split(self._endpoint_ids), rows, strict=True))

        by_service = sorted((terms.service, ident) for ident, terms in mandates.items())
        index_of = {ident: index for index, (_, ident) in enumerate(by_service)}
        by_version = sorted((terms.version, ident) for ident, (terms, _) in endpoints.items())
        in_order = [endpoints[ident] for _, ident in by_version]
        return PackedOrganisation(
            code=self._code,
            registered=self._registered,
            signatory=self._signatory,
            closed=self._closed,
            locations=self._locations,
            successors=self._successors,
            sectors=self._sectors,
            mandates=tuple([mandates[ident] for ident in index_of]),
            mandate_ids=b"".join(index_of),
            endpoints=tuple([terms for terms, _ in in_order]),
            endpoint_ids=b"".join([ident for _, ident in by_version]),
            endpoint_mandates=interner.indexes(tuple([index_of[ident] for _, ident in in_order])),
            by_service=interner.by_service(tuple([service for service, _ in by_service])),
            by_version=interner.by_version(tuple([version for version, _ in by_version])),
        )


def _split(ids: bytearray) -> list[bytes]:
    return [id_at(ids, index) for index in range(len(ids) // ID_BYTES)]
