"""Who reads what of the past: every kind of fact, for every reader, in each time of a school."""

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Final
from uuid import UUID

import pytest

from support.worlds import small_world
from support.worlds.small_world import BOARD_1, BOARD_2, LAS_NOORD, LAS_ZUID, XA
from wissel.clients.testing.cast import DUO, NOORD, PORTAL, SWV, SWV_OIN, ZUID
from wissel.routing.facts import (
    AgreementKind,
    Board,
    Endpoint,
    Evidence,
    EvidenceKind,
    Fact,
    Mandate,
    Party,
    Qualification,
    Role,
    Samenwerkingsverband,
    Service,
    System,
    SystemKey,
)
from wissel.routing.facts.plain import FACT_KINDS
from wissel.routing.values.identifiers import BoardNumber, Brin, ServiceCode
from wissel.server.registry.events import LAST_REVISION, WHENEVER, Event, Position, Span
from wissel.server.registry.history.audience import (
    Reader,
    Sight,
    Tenures,
    own_spans,
    sight,
    without_persons,
)

MOVED: Final = 10
"""In this revision 99XA goes from board 99001 to board 99002; it was new in revision 2."""
TENURES: Final = Tenures.of([(2, BOARD_1), (5, BOARD_1), (MOVED, BOARD_2)])
BEFORE: Final = 7
AFTER: Final = 12
RIO: Final = ServiceCode("RIO")

OPERATOR_READS: Final = Reader(everything=True)
NOORD_READS: Final = Reader(party=NOORD.oin, systems=frozenset({LAS_NOORD}))
ZUID_READS: Final = Reader(party=ZUID.oin, systems=frozenset({LAS_ZUID}))
DUO_READS: Final = Reader(party=DUO.oin, services=frozenset({RIO}))
OLD_READS: Final = Reader(boards=frozenset({BOARD_1}))
NEW_READS: Final = Reader(boards=frozenset({BOARD_2}))
OTHER_READS: Final = Reader(boards=frozenset({BoardNumber("99003")}))
SWV_READS: Final = Reader(swvs=frozenset({SWV}))
NOBODY_READS: Final = Reader()
EVERYBODY: Final = {
    "operator": OPERATOR_READS,
    "noord": NOORD_READS,
    "zuid": ZUID_READS,
    "duo": DUO_READS,
    "old": OLD_READS,
    "new": NEW_READS,
    "other": OTHER_READS,
    "swv": SWV_READS,
    "nobody": NOBODY_READS,
}

MANDATE: Final = next(
    each for each in small_world.small() if isinstance(each, Mandate) and each.organisation == XA
)
FACTS: Final[dict[str, Fact]] = {
    "mandate": replace(MANDATE, system_id=LAS_NOORD),
    "mandate for RIO": replace(MANDATE, system_id=LAS_NOORD, service=RIO),
    "mandate of the SWV": replace(MANDATE, organisation=SWV, system_id=LAS_ZUID),
    "endpoint": next(
        replace(each, system_id=LAS_NOORD, organisation=XA, service=RIO)
        for each in small_world.small()
        if isinstance(each, Endpoint)
    ),
    "school": small_world.school(XA, BOARD_1),
    "board": Board(number=BOARD_1),
    "new board": Board(number=BOARD_2),
    "swv": Samenwerkingsverband(code=SWV, name="SWV", oin=SWV_OIN),
    "agreement of the old board": small_world.agreement(BOARD_1, AgreementKind.OSO),
    "agreement of the SWV": small_world.agreement(SWV, AgreementKind.OSO),
    "agreement of Noord": small_world.agreement(NOORD.oin, AgreementKind.VENDOR_OSO),
    "party": Party(oin=NOORD.oin, name="Noord", role=Role.VENDOR),
    "owner": Party(oin=DUO.oin, name="DUO", role=Role.CHAIN_PARTNER),
    "system": System(system_id=LAS_NOORD, party=NOORD.oin, name="LAS Noord"),
    "qualification": Qualification(system_id=LAS_NOORD, service=RIO),
    "key of a system": SystemKey(
        system_id=LAS_NOORD,
        key_id=UUID(int=1),
        public_key="00" * 32,
        start=dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
        end=dt.datetime(2027, 9, 1, tzinfo=dt.UTC),
        statement="",
    ),
    "service": Service(code=RIO, name="RIO", owner=DUO.oin),
}
SEEN: Final[dict[str, set[str]]] = {
    "mandate": {"noord", "old", "new"},
    "mandate for RIO": {"noord", "duo", "old", "new"},
    "mandate of the SWV": {"zuid", "swv"},
    "endpoint": {"noord", "old", "new"},
    "school": {"old", "new"},
    "board": {"old"},
    "new board": {"new"},
    "swv": {"swv"},
    "agreement of the old board": {"old"},
    "agreement of the SWV": {"swv"},
    "agreement of Noord": {"noord"},
    "party": {"noord"},
    "owner": {"duo"},
    "system": {"noord"},
    "qualification": {"noord"},
    "key of a system": {"noord"},
    "service": {"duo"},
}
"""Who but an operator sees what happened while the school was of its old board."""


def event(fact: Fact, revision: int = BEFORE, before: Fact | None = None) -> Event:
    return Event(
        position=Position(revision, 1),
        recorded=dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
        actor=PORTAL.oin,
        person="11111111-1111-4111-8111-111111111111",
        reason="why",
        method="/x/Y",
        before=before,
        after=fact,
    )


@pytest.mark.parametrize(("what", "who"), list(product(FACTS, EVERYBODY)))
def test_each_kind_is_seen_by_those_whose_own_it_is(what: str, who: str) -> None:
    by_operator = sight(event(FACTS[what]), EVERYBODY[who], TENURES, by_portal=False)
    by_portal = sight(event(FACTS[what]), EVERYBODY[who], TENURES, by_portal=True)

    if who == "operator":
        assert (Sight.WHOLE, Sight.WHOLE) == (by_operator, by_portal)
    elif who not in SEEN[what]:
        assert (Sight.NOTHING, Sight.NOTHING) == (by_operator, by_portal)
    else:
        acted = (EVERYBODY[who].is_person and who != "new") or what == "new board"
        assert Sight.WITHOUT_PERSONS is by_operator
        assert (Sight.WHOLE if acted else Sight.WITHOUT_PERSONS) is by_portal


def test_every_kind_of_fact_is_asked_about() -> None:
    """The others are an operator's alone."""
    asked = {type(fact) for fact in FACTS.values()}

    assert {"AgreementText", "PostcodeArea", "Revocation", "SourceReport"} == {
        kind.__name__ for kind in FACT_KINDS if kind not in asked
    }


@pytest.mark.parametrize(
    ("reader", "before", "after"),
    [
        (OLD_READS, Sight.WHOLE, Sight.NOTHING),
        (NEW_READS, Sight.WITHOUT_PERSONS, Sight.WHOLE),
        (Reader(boards=frozenset({BOARD_1, BOARD_2})), Sight.WHOLE, Sight.WHOLE),
        (replace(OLD_READS, brins=frozenset({XA})), Sight.WHOLE, Sight.NOTHING),
        (replace(NEW_READS, brins=frozenset({XA})), Sight.WITHOUT_PERSONS, Sight.WHOLE),
        (replace(NEW_READS, brins=frozenset({Brin("99XB")})), Sight.NOTHING, Sight.NOTHING),
    ],
)
def test_a_school_that_moved_is_read_of_in_ones_own_days(
    reader: Reader, before: Sight, after: Sight
) -> None:
    mandate = FACTS["mandate"]

    assert before is sight(event(mandate, BEFORE), reader, TENURES, by_portal=True)
    assert after is sight(event(mandate, AFTER), reader, TENURES, by_portal=True)


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (OLD_READS, Sight.WITHOUT_PERSONS),
        (NEW_READS, Sight.WITHOUT_PERSONS),
        (OTHER_READS, Sight.NOTHING),
    ],
)
def test_the_move_itself_is_read_of_by_both_boards(reader: Reader, expected: Sight) -> None:
    moved = event(small_world.school(XA, BOARD_2), MOVED, before=small_world.school(XA, BOARD_1))

    assert expected is sight(moved, reader, TENURES, by_portal=False)


def test_a_school_that_came_back_is_read_of_as_a_whole() -> None:
    tenures = Tenures.of([(2, BOARD_1), (MOVED, BOARD_2), (20, BOARD_1)])
    mandate = FACTS["mandate"]

    read = [
        sight(event(mandate, revision), OLD_READS, tenures, by_portal=True)
        for revision in (BEFORE, AFTER, 25)
    ]

    assert [Sight.WHOLE, Sight.WITHOUT_PERSONS, Sight.WHOLE] == read


def test_the_times_of_a_school_follow_each_other() -> None:
    spans = [(each.span, each.board) for each in TENURES.all]

    assert [(Span(2, 9), BOARD_1), (Span(MOVED, LAST_REVISION), BOARD_2)] == spans
    assert [None, BOARD_1, BOARD_1, BOARD_2] == [TENURES.board_at(each) for each in (1, 2, 9, 10)]


def test_a_school_that_moved_twice_in_one_revision_was_only_of_the_last_board() -> None:
    tenures = Tenures.of([(2, BOARD_1), (MOVED, BoardNumber("99003")), (MOVED, BOARD_2)])

    assert [BOARD_1, BOARD_2] == [each.board for each in tenures.all]


@pytest.mark.parametrize(
    ("reader", "spans"),
    [
        (OLD_READS, [Span(2, 9)]),
        (NEW_READS, [WHENEVER]),
        (OTHER_READS, []),
        (SWV_READS, []),
        (replace(OLD_READS, brins=frozenset()), []),
    ],
)
def test_a_person_reads_in_revisions_that_an_index_finds(reader: Reader, spans: list[Span]) -> None:
    assert spans == own_spans(reader, XA, TENURES)


def test_a_person_of_single_schools_reads_nothing_of_the_board_itself() -> None:
    reader = replace(OLD_READS, brins=frozenset({XA}))
    of_board = ("board", "agreement of the old board")

    seen = {sight(event(FACTS[each]), reader, TENURES, by_portal=True) for each in of_board}

    assert {Sight.NOTHING} == seen


def test_what_is_shown_to_others_names_no_person() -> None:
    agreement = replace(small_world.agreement(BOARD_1, AgreementKind.OSO), signer="somebody")
    evidence = Evidence(kind=EvidenceKind.TEST_EXCHANGE, day=dt.date(2026, 9, 1), person_id="one")
    qualification = Qualification(system_id=LAS_NOORD, service=RIO, evidence=(evidence,))

    assert "" == without_persons(agreement).signer
    assert [""] == [each.person_id for each in without_persons(qualification).evidence]
    assert FACTS["mandate"] == without_persons(FACTS["mandate"])
