"""Whatever stood in Mijn OSO: each mandate is given once, and moving again gives none."""

import datetime as dt
from collections import Counter
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementText,
    Attribute,
    Samenwerkingsverband,
    School,
    Signatory,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt, Brin, Organisation
from wissel.server.registry.agreements.rules import lacking_of
from wissel.server.registry.mandates.checks import Giver
from wissel.server.registry.moving.agreements import AgreementMove, move_agreements
from wissel.server.registry.moving.lines import (
    MOVING_DAY,
    AanleverpuntLine,
    AgreementLine,
    Outcome,
)
from wissel.server.registry.moving.mandates import Known, MandateMove, MandatePlan, move_mandates

SCHOOLS = (w.XA, w.XB, w.XC, Brin("99ZZ"))
BOARDS = (w.BOARD_1, w.BOARD_2)
AGREED = (AgreementKind.OSO, AgreementKind.OSO_SWV_EXTENSION)
MOVE = MandateMove(since=MOVING_DAY, now=w.CREATED, today=w.TODAY, new_id=uuid4)


def days() -> st.SearchStrategy[dt.date]:
    return st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


def agreement_lines() -> st.SearchStrategy[list[AgreementLine]]:
    line = st.builds(
        lambda signatory, kind, start, more: AgreementLine(
            line=2,
            signatory=signatory,
            kind=kind,
            start=start,
            end=None if more is None else start + dt.timedelta(days=more),
        ),
        st.sampled_from([*BOARDS, SWV]),
        st.sampled_from(AGREED),
        days(),
        st.none() | st.integers(0, 3000),
    )
    return st.lists(line, max_size=6)


def aanleverpunten() -> st.SearchStrategy[list[AanleverpuntLine]]:
    of_school = st.tuples(
        st.sampled_from(SCHOOLS),
        st.sampled_from([Attribute.LAS, Attribute.OT, Attribute.LDOS]),
    )
    line = st.builds(
        lambda of, number, system, active: AanleverpuntLine(
            line=number,
            organisation=of[0],
            number=Aanleverpunt(str(number)),
            system=system,
            active=active,
            attribute=of[1],
        ),
        of_school | st.just((SWV, Attribute.SWV)),
        st.sampled_from([0, 1, 2, 100, 101]),
        st.sampled_from([w.LAS_NOORD, w.LAS_ZUID, "Zuid", "unknown"]),
        st.sampled_from([True, True, False]),
    )
    return st.lists(line, max_size=12)


def known(held: dict[Signatory, list[Agreement]]) -> Known:
    facts = w.base()
    givers: dict[Organisation, Giver] = {}
    for each in facts:
        if isinstance(each, School):
            givers[each.brin] = each
        elif isinstance(each, Samenwerkingsverband):
            givers[each.code] = each
    systems = [each for each in facts if isinstance(each, System)]
    return Known(
        organisations=givers,
        systems={str(each.system_id): each for each in systems},
        services={each.code: each for each in w.services()},
        agreements=held,
        mandates={},
        endpoints={},
    )


def moved(points: list[AanleverpuntLine], there: Known) -> MandatePlan:
    return move_mandates(points, there, MOVE)


@given(agreement_lines(), aanleverpunten())
def test_each_mandate_is_given_once_to_whom_has_signed(
    signed: list[AgreementLine], points: list[AanleverpuntLine]
) -> None:
    held: dict[Signatory, list[Agreement]] = {each: [] for each in (*BOARDS, SWV)}
    texts: dict[AgreementKind, list[AgreementText]] = {kind: [] for kind in AgreementKind}
    move = AgreementMove(texts=texts, since=MOVING_DAY, today=w.TODAY, new_id=uuid4)

    first = move_agreements(signed, held, move)
    again = move_agreements(signed, held, move)
    there = known(held)
    plan, second = moved(points, there), moved(points, there)

    assert len(signed) == len(first.rows)
    assert [] == list(again.agreements)
    assert len(points) == len(plan.rows) == len(second.rows)
    assert [] == second.mandates
    triples = Counter((each.organisation, each.service, each.system_id) for each in plan.mandates)
    assert set(triples.values()) <= {1}
    services = {each.code: each for each in w.services()}
    for mandate in plan.mandates:
        signatory = mandate.board or SWV
        assert Period(MOVING_DAY) == mandate.period
        assert () == lacking_of(
            held[signatory], services[mandate.service].board_agreements, w.TODAY
        )
    for row in plan.rows:
        assert row.line.active is (row.outcome is not Outcome.NOT_CONNECTED)
        assert (row.outcome in {Outcome.GIVEN, Outcome.SAME_MANDATE}) is bool(row.services)
        assert isinstance(row.outcome, Outcome | Reason)


@given(aanleverpunten())
def test_no_two_aanleverpunten_of_a_school_share_a_proposed_key(
    points: list[AanleverpuntLine],
) -> None:
    facts = [each for each in w.base() if isinstance(each, Agreement)]
    held: dict[Signatory, list[Agreement]] = {
        each: [one for one in facts if one.signatory == each] for each in (*BOARDS, SWV)
    }

    rows = moved(points, known(held)).rows

    keys: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        if row.proposal and row.system:
            whose = row.line.organisation, row.line.number, row.system.system_id
            keys.setdefault(row.proposal.routing_key, set()).add(whose)
    assert all(len(some) == 1 for some in keys.values())
