"""What is read of a log by its indexes is what the rule of audiences leaves of all of it."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.builders.register_builders import actor
from support.processes import postgres
from support.worlds import small_world
from support.worlds.small_world import BOARD_1, BOARD_2, LAS_NOORD, LAS_ZUID, XA, XB
from support.worlds.stores import fresh_sqlite, register_at
from wissel.clients.testing.cast import NOORD, OPERATOR, PORTAL, SWV
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Role,
    School,
    Signatory,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Brin, Organisation, ServiceCode, SystemId
from wissel.server.registry.events import Event, Position
from wissel.server.registry.history.audience import (
    Reader,
    Sight,
    Tenures,
    organisation_of,
    sight,
)
from wissel.server.registry.history.reading import (
    About,
    AboutBoard,
    AboutOne,
    AboutOrganisation,
    Wanted,
    read_history,
)
from wissel.server.store.register.register import SqlRegister

RIO: Final = ServiceCode("RIO")
OV: Final = ServiceCode("OSO_OV")
GIVEN: Final[list[tuple[Organisation, SystemId, ServiceCode]]] = [
    (XA, LAS_NOORD, OV),
    (XA, LAS_ZUID, RIO),
    (XB, LAS_NOORD, RIO),
    (SWV, LAS_ZUID, OV),
]
SIGNATORIES: Final[list[Signatory]] = [BOARD_1, BOARD_2, SWV, NOORD.oin]
MANDATES: Final = [
    replace(each, mandate_id=UUID(int=number), organisation=giver, system_id=system, service=code)
    for number, (giver, system, code) in enumerate(GIVEN, 1)
    for each in [next(one for one in small_world.small() if isinstance(one, Mandate))]
]
ENDPOINTS: Final = [
    replace(
        each,
        endpoint_id=UUID(int=100 + mandate.mandate_id.int),
        mandate_id=mandate.mandate_id,
        organisation=mandate.organisation,
        system_id=mandate.system_id,
        service=mandate.service,
    )
    for mandate in MANDATES
    for each in [next(one for one in small_world.small() if isinstance(one, Endpoint))]
]
AGREEMENTS: Final = [
    Agreement(
        agreement_id=UUID(int=200 + number),
        signatory=signatory,
        kind=AgreementKind.OSO,
        period=Period(small_world.START),
        predecessor=BOARD_1 if signatory == BOARD_2 else None,
    )
    for number, signatory in enumerate(SIGNATORIES)
]
OTHERS: Final = [
    Board(number=BOARD_1),
    Board(number=BOARD_2),
    Party(oin=NOORD.oin, name="Noord", role=Role.VENDOR),
]
READERS: Final = [
    Reader(everything=True),
    Reader(party=NOORD.oin, systems=frozenset({LAS_NOORD})),
    Reader(services=frozenset({RIO})),
    Reader(boards=frozenset({BOARD_1})),
    Reader(boards=frozenset({BOARD_2})),
    Reader(boards=frozenset({BOARD_1, BOARD_2})),
    Reader(boards=frozenset({BOARD_1}), brins=frozenset({XA})),
    Reader(swvs=frozenset({SWV})),
    Reader(),
]
ABOUT: Final[list[About]] = [
    *(AboutOrganisation(each) for each in (XA, XB, SWV)),
    *(AboutBoard(each) for each in (BOARD_1, BOARD_2)),
    *(AboutOne(kind=Mandate, key=str(each.mandate_id)) for each in MANDATES),
    *(AboutOne(kind=Endpoint, key=str(each.endpoint_id)) for each in ENDPOINTS[:1]),
    *(AboutOne(kind=Agreement, key=str(each.agreement_id)) for each in AGREEMENTS),
    AboutOne(kind=Party, key=NOORD.oin),
]


@st.composite
def changes(draw: st.DrawFn) -> Fact:
    """One of the facts, as it may become; schools go from board to board."""
    which = draw(st.sampled_from([XA, XB, XA, XB, *MANDATES, *ENDPOINTS, *AGREEMENTS, *OTHERS]))
    match which:
        case Brin():
            return small_world.school(which, draw(st.sampled_from([BOARD_1, BOARD_2])))
        case Mandate() | Agreement() | Endpoint():
            end = small_world.TODAY + draw(st.integers(1, 50)) * dt.timedelta(days=1)
            return replace(which, period=which.period.until(end))
        case Board() | Party():
            return replace(which, name=draw(st.sampled_from("abcdef")))
        case _:
            raise AssertionError(which)


def revisions() -> st.SearchStrategy[list[Fact]]:
    """What one change puts: each fact once."""
    return st.lists(
        changes(), min_size=1, max_size=4, unique_by=lambda fact: (type(fact), key_of(fact))
    )


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    log=st.lists(st.tuples(st.booleans(), revisions()), max_size=10),
    about=st.sampled_from(ABOUT),
    size=st.integers(1, 5),
    oldest_first=st.booleans(),
)
async def test_a_history_is_what_the_rule_leaves_of_the_log(
    engine: str,
    log: list[tuple[bool, list[Fact]]],
    about: About,
    size: int,
    oldest_first: bool,
) -> None:
    """Each reader reads page by page."""
    with tempfile.TemporaryDirectory() as folder:
        url = fresh_sqlite(Path(folder)) if engine == "sqlite" else postgres.fresh_database()
        async with register_at(url) as register:
            for by_portal, facts in log:
                who = PORTAL.oin if by_portal else OPERATOR.oin
                async with register.transaction(actor(who)) as transaction:
                    await transaction.put(*facts)
            await compare(register, about, size, oldest_first=oldest_first)


async def compare(register: SqlRegister, about: About, size: int, *, oldest_first: bool) -> None:
    everything = await whole_log(register)
    for reader in READERS:
        read: list[tuple[Position, Sight]] = []
        after: Position | None = None
        while True:
            wanted = Wanted(limit=size, after=after, oldest_first=oldest_first)
            async with register.snapshot() as snapshot:
                part = await read_history(snapshot, about, reader, wanted, {PORTAL.oin})
            read += [(each.event.position, each.sight) for each in part.seen]
            after = part.last
            if after is None:
                break
        seen = expected(everything, about, reader)
        assert sorted(seen, reverse=not oldest_first) == read


async def whole_log(register: SqlRegister) -> list[Event]:
    async with register.snapshot() as snapshot:
        revisions = range(1, snapshot.revision + 1)
        places = [
            Position(revision, place)
            for revision in revisions
            for place in range(1, 5)
            if await snapshot.recorded_time(revision)
        ]
        found = []
        for position in places:
            try:
                found += await snapshot.events([position])
            except KeyError:  # the revision has fewer events
                continue
    return found


def expected(log: Sequence[Event], about: About, reader: Reader) -> list[tuple[Position, Sight]]:
    """What a reader sees, found in all there is."""
    moves: dict[object, list[tuple[int, BoardNumber]]] = {}
    for event in log:
        if isinstance(event.after, School):
            moves.setdefault(event.after.brin, []).append(
                (event.position.revision, event.after.board)
            )
    tenures = {brin: Tenures.of(changes) for brin, changes in moves.items()}
    seen: list[tuple[Position, Sight]] = []
    for event in log:
        of_school = tenures.get(organisation_of(event.after), Tenures())
        how = sight(event, reader, of_school, by_portal=event.actor == PORTAL.oin)
        if how is not Sight.NOTHING and is_about(event, about, of_school, reader):
            seen.append((event.position, how))
    return seen


def is_about(event: Event, about: About, tenures: Tenures, reader: Reader) -> bool:
    match about:
        case AboutOne():
            return (type(event.after), key_of(event.after)) == (about.kind, about.key)
        case AboutOrganisation():
            signed = isinstance(event.after, Agreement) and event.after.signatory == about.code
            return signed or organisation_of(event.after) == about.code
        case AboutBoard():
            if reader.is_person and about.number not in reader.boards:
                return False
            return any(_of_board(fact, about.number) for fact in event.facts) or (
                isinstance(event.after, Mandate | Endpoint)
                and tenures.board_at(event.position.revision) == about.number
            )


def _of_board(fact: Fact, number: BoardNumber) -> bool:
    match fact:
        case Board():
            return fact.number == number
        case School():
            return fact.board == number
        case Agreement():
            return number in (fact.signatory, fact.predecessor)
        case _:
            return False
