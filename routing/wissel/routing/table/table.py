"""The table: every fact that deciding needs, at one revision of the register.

A table never changes; a new revision is a new table that shares with the old
one all that stayed the same. Organisations are spread over a fixed number of
shards, so that an event copies one shard and one organisation, however many
mandates there are (design.md#table).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from uuid import UUID

from wissel.routing.facts import (
    Endpoint,
    Fact,
    Mandate,
    Party,
    Samenwerkingsverband,
    School,
    Service,
    System,
)
from wissel.routing.table.compact import PackedOrganisation, without_prefix
from wissel.routing.table.interning import Interner
from wissel.routing.table.packing import Draft, OrganisationFact, organisation_of, unknown
from wissel.routing.table.reference import Reference, ReferenceFact
from wissel.routing.table.views import EndpointView, OrganisationView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Oin, Organisation, SystemId, Vestiging

_SHARDS: Final = 4096
_MASK: Final = _SHARDS - 1

Shard = dict[str, PackedOrganisation]


class Table:
    """The facts at one revision, indexed for deciding; safe to share and to keep.

    `revoked` has the names of every certificate, key and intermediate that was
    revoked.
    """

    __slots__ = ("_interner", "_shards", "reference", "revision", "revoked")

    def __init__(
        self, revision: int, interner: Interner, reference: Reference, shards: tuple[Shard, ...]
    ) -> None:
        self.revision: Final = revision
        self.reference: Final = reference
        self.revoked: Final = reference.revocations
        self._interner: Final = interner
        self._shards: Final = shards

    @classmethod
    def load(cls, revision: int, facts: Iterable[Fact]) -> "Table":
        """Return the table of all facts at a revision, given in any order.

        Of facts with the same key the last one counts.
        """
        nothing: Shard = {}
        empty = cls(0, Interner(), Reference.empty(), (nothing,) * _SHARDS)
        return empty.with_facts(revision, facts)

    def with_facts(self, revision: int, facts: Iterable[Fact]) -> "Table":
        """Return the table at a later revision, with new and replaced facts.

        Facts that are there already change nothing, so events may be repeated.
        """
        return self._with(revision, facts, self._interner)

    def supposing(self, facts: Iterable[Fact]) -> "Table":
        """Return the table as it would be with new and replaced facts, at the same revision.

        Any thread may suppose while another one follows the log, and nothing of what
        was supposed is kept for later tables.
        """
        return self._with(self.revision, facts, Interner())

    def supposing_open(self, code: Organisation, vestiging: Vestiging | None = None) -> "Table":
        """Return the table as it would be if an organisation had not closed.

        All its vestigingen are open then, and one that it does not have is there.
        """
        packed = self._packed(code) or unknown(code)
        places = dict.fromkeys(packed.locations, FOREVER)
        if vestiging is not None:
            places[without_prefix(code, vestiging)] = FOREVER
        index = hash(code) & _MASK
        shards = list(self._shards)
        shards[index] = shards[index] | {code: replace(packed, closed=FOREVER, locations=places)}
        return Table(self.revision, self._interner, self.reference, tuple(shards))

    def _with(self, revision: int, facts: Iterable[Fact], interner: Interner) -> "Table":
        drafts: dict[Organisation, Draft] = {}
        beside: list[ReferenceFact] = []
        for fact in facts:
            if isinstance(fact, Mandate | Endpoint | School | Samenwerkingsverband):
                self._draft(drafts, fact).fold(interner, fact)
            if isinstance(fact, ReferenceFact):
                beside.append(fact)
        reference = self.reference.with_facts(beside) if beside else self.reference
        shards = self._with_organisations(drafts, interner) if drafts else self._shards
        return Table(revision, interner, reference, shards)

    def _draft(self, drafts: dict[Organisation, Draft], fact: OrganisationFact) -> Draft:
        organisation = organisation_of(fact)
        draft = drafts.get(organisation)
        if draft is None:
            draft = Draft(self._packed(organisation) or unknown(organisation))
            drafts[organisation] = draft
        return draft

    def _with_organisations(
        self, drafts: dict[Organisation, Draft], interner: Interner
    ) -> tuple[Shard, ...]:
        shards = list(self._shards)
        copied: set[int] = set()
        while drafts:  # each draft is freed as soon as it is packed
            organisation, draft = drafts.popitem()
            index = hash(organisation) & _MASK
            if index not in copied:
                copied.add(index)
                shards[index] = dict(shards[index])
            shards[index][organisation] = draft.pack(interner)
        return tuple(shards)

    def _packed(self, organisation: Organisation) -> PackedOrganisation | None:
        return self._shards[hash(organisation) & _MASK].get(organisation)

    def organisation(self, organisation: Organisation) -> OrganisationView | None:
        """Return a school or samenwerkingsverband that is registered, or None."""
        packed = self._packed(organisation)
        return OrganisationView(packed) if packed is not None and packed.registered else None

    def organisations(self) -> Iterator[OrganisationView]:
        """Yield every organisation that is registered."""
        for shard in self._shards:
            for packed in shard.values():
                if packed.registered:
                    yield OrganisationView(packed)

    def changed_since(self, earlier: "Table") -> set[Organisation]:
        """Return the organisations whose own facts may differ from those of an earlier table.

        Its own are the organisation, its mandates and its endpoints. Tables share
        what stayed the same, so nothing that stayed is looked at.
        """
        changed: set[Organisation] = set()
        for before, after in zip(earlier._shards, self._shards, strict=True):  # noqa: SLF001 - a table
            if before is not after:
                both = [*before.values(), *after.values()]
                changed |= {
                    each.code for each in both if before.get(each.code) is not after.get(each.code)
                }
        return changed

    def endpoint(self, organisation: Organisation, endpoint_id: UUID) -> EndpointView | None:
        """Return an endpoint of an organisation, in force or not, registered or not, or None."""
        packed = self._packed(organisation)
        return None if packed is None else OrganisationView(packed).endpoint(endpoint_id)

    def organisation_of(self, oin: Oin) -> Organisation | None:
        """Return the registered school or samenwerkingsverband that has an OIN, or None."""
        brin = oin.brin
        if brin is not None:
            return brin if self.organisation(brin) else None
        return self.reference.samenwerkingsverbanden.get(oin)

    def party(self, oin: Oin) -> Party | None:
        """Return the party with an OIN, or None."""
        return self.reference.parties.get(oin)

    def system(self, system_id: SystemId) -> System | None:
        """Return a system, or None."""
        return self.reference.systems.get(system_id)

    def systems_of(self, oin: Oin) -> tuple[SystemId, ...]:
        """Return the ids, in order, of the systems for which an OIN acts."""
        return self.reference.systems_of.get(oin, ())

    def service(self, code: str) -> Service | None:
        """Return the service with a code or alias, or None."""
        indexed = self.reference.services.get(code)
        return None if indexed is None else indexed.fact

    def services_with(self, namespace: str) -> list[Service]:
        """Return the services that have a version with this namespace, in order of code."""
        found = {
            indexed.fact.code: indexed.fact
            for indexed in self.reference.services.values()
            if any(version.namespace == namespace for version in indexed.fact.versions)
        }
        return [found[code] for code in sorted(found)]
