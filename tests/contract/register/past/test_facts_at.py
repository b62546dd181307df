"""Facts are as they were once a revision was made, on every database."""

from collections.abc import Iterable
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.builders.register_builders import actor
from support.builders.strategies.facts import facts
from support.worlds.register_world import agreement
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    Samenwerkingsverband,
    School,
    Service,
    System,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.values.identifiers import Oin, Organisation
from wissel.server.registry.events import Concerned
from wissel.server.registry.history.audience import organisation_of
from wissel.server.store.register.register import SqlRegister

Memory = dict[tuple[type[Fact], str], Fact]
BESIDE: Final = (Party, System, Service, Qualification, Samenwerkingsverband)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_each_revision_is_read_as_it_was(register: SqlRegister, data: st.DataObject) -> None:
    """One register takes all examples, so that there are ever more revisions.

    What is drawn does not depend on what is there: an example can be drawn again.
    """
    picked = data.draw(st.lists(st.booleans(), min_size=8, max_size=8))
    memory: dict[int, Memory] = {}
    known = await all_of(register)
    for some in data.draw(st.lists(st.lists(facts(), min_size=1, max_size=6), max_size=6)):
        async with register.transaction(actor()) as transaction:
            await transaction.put(*some)
        known |= {(type(fact), key_of(fact)): fact for fact in some}
        memory[transaction.revision] = dict(known)
    named = {str(each): each for each in map(organisation_of, known.values()) if each is not None}
    chosen = {named[name] for at, name in enumerate(sorted(named)) if picked[at % len(picked)]}

    async with register.snapshot() as snapshot:
        for revision, then in memory.items():
            read = await snapshot.facts_at(revision, Concerned(organisations=frozenset(chosen)))
            assert expected(then.values(), chosen) == {
                (type(fact), key_of(fact)): fact for fact in read()
            }


def expected(then: Iterable[Fact], asked: Iterable[Organisation]) -> Memory:
    """What deciding about some organisations needed, found in all there was."""
    there, chosen = list(then), set(asked)
    signatories = {str(each) for each in chosen}
    signatories |= {str(each.oin) for each in there if isinstance(each, Party)}
    signatories |= {
        str(each.board) for each in there if isinstance(each, School) and each.brin in chosen
    }
    needed = [
        fact
        for fact in there
        if isinstance(fact, BESIDE)
        or (isinstance(fact, School | Mandate | Endpoint) and organisation_of(fact) in chosen)
        or (isinstance(fact, Agreement) and fact.signatory in signatories)
    ]
    return {(type(fact), key_of(fact)): fact for fact in needed}


async def all_of(register: SqlRegister) -> Memory:
    current = await register.load(lambda _, every: list(every))
    return {(type(fact), key_of(fact)): fact for fact in current}


async def test_an_oin_leads_to_its_samenwerkingsverband(register: SqlRegister) -> None:
    oin = Oin("00000003990000550000")
    swv = Samenwerkingsverband(code=SWV, name="SWV", oin=oin)
    signed = agreement(SWV, AgreementKind.OSO)
    async with register.transaction(actor()) as transaction:
        await transaction.put(swv, signed)

    async with register.snapshot() as snapshot:
        read = await snapshot.facts_at(1, Concerned(oins=frozenset({oin})))

    assert [swv, signed] == read()
