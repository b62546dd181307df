"""The table: every fact that deciding needs, at one revision of the register.

A table never changes; a new revision is a new table that shares with the old
one all that stayed the same. Organisations lie in small buckets over a fixed
number of shards, so that an event copies one shard and one bucket, however many
mandates there are (design.md#table).
"""

from collections.abc import Iterable
from typing import Final

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
from wissel.routing.table.buckets import Draft, OrganisationFact, empty, owner_of
from wissel.routing.table.compact import Bucket
from wissel.routing.table.interning import Names
from wissel.routing.table.reference import Reference, ReferenceFact
from wissel.routing.values.identifiers import Oin, Organisation, SystemId

_SHARDS: Final = 4096
_MASK: Final = _SHARDS - 1

Shard = dict[str, Bucket]


class Table:
    """The facts at one revision, indexed for deciding; safe to share and to keep.

    `names` numbers systems, services and versions. It is shared by all tables
    that descend from one another. `revoked` has the names of every certificate,
    key and intermediate that was revoked.
    """

    __slots__ = ("_shards", "names", "reference", "revision", "revoked")

    def __init__(
        self, revision: int, names: Names, reference: Reference, shards: tuple[Shard, ...]
    ) -> None:
        self.revision: Final = revision
        self.names: Final = names
        self.reference: Final = reference
        self.revoked: Final = reference.revocations
        self._shards: Final = shards

    @classmethod
    def load(cls, revision: int, facts: Iterable[Fact]) -> "Table":
        """Return the table of all facts at a revision, given in any order.

        Of facts with the same key the last one counts.
        """
        nothing: Shard = {}
        return cls(0, Names(), Reference.empty(), (nothing,) * _SHARDS).with_facts(revision, facts)

    def with_facts(self, revision: int, facts: Iterable[Fact]) -> "Table":
        """Return the table at a later revision, with new and replaced facts.

        Facts that are there already change nothing, so events may be repeated.
        """
        drafts: dict[Organisation, Draft] = {}
        beside: list[ReferenceFact] = []
        for fact in facts:
            if isinstance(fact, Mandate | Endpoint | School | Samenwerkingsverband):
                self._draft(drafts, fact).fold(self.names, fact)
            if isinstance(fact, ReferenceFact):
                beside.append(fact)
        reference = self.reference.with_facts(self.names, beside) if beside else self.reference
        shards = self._with_buckets(drafts) if drafts else self._shards
        return Table(revision, self.names, reference, shards)

    def _draft(self, drafts: dict[Organisation, Draft], fact: OrganisationFact) -> Draft:
        organisation = owner_of(fact)
        draft = drafts.get(organisation)
        if draft is None:
            draft = Draft(self.bucket(organisation) or empty(organisation))
            drafts[organisation] = draft
        return draft

    def _with_buckets(self, drafts: dict[Organisation, Draft]) -> tuple[Shard, ...]:
        shards = list(self._shards)
        copied: set[int] = set()
        while drafts:  # each draft is let go as soon as it has become a bucket
            organisation, draft = drafts.popitem()
            index = hash(organisation) & _MASK
            if index not in copied:
                copied.add(index)
                shards[index] = dict(shards[index])
            shards[index][organisation] = draft.freeze(self.names)
        return tuple(shards)

    def bucket(self, organisation: Organisation) -> Bucket | None:
        """Return what is known of an organisation, or None if that is nothing."""
        return self._shards[hash(organisation) & _MASK].get(organisation)

    def organisation(self, organisation: Organisation) -> Bucket | None:
        """Return what is known of an organisation that is registered, or None."""
        bucket = self._shards[hash(organisation) & _MASK].get(organisation)
        return bucket if bucket is not None and bucket.known else None

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
        return self.reference.systems.get(self.names.number_of(system_id))

    def systems_of(self, oin: Oin) -> tuple[SystemId, ...]:
        """Return the ids, in order, of the systems for which an OIN acts."""
        return self.reference.systems_of.get(oin, ())

    def service(self, code: str) -> Service | None:
        """Return the service with a code or alias, or None."""
        record = self.reference.services.get(code)
        return None if record is None else record.fact
