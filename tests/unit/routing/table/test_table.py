"""The table: a pure function of the facts, whatever their order; old tables stay as they are."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from support.builders.queries import query
from support.worlds import small_world as w
from wissel.clients.testing.cast import DUO, NOORD, SWV, SWV_OIN, ZUID
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.facts import (
    AgreementKind,
    Fact,
    Revocation,
    RevocationTarget,
    Samenwerkingsverband,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin, Oin, Organisation, ServiceCode, Swv, SystemId


def observed(table: Table) -> object:
    """Return what can be seen of a table that was built with any numbering of names."""
    receivers: list[tuple[Organisation, ServiceCode, str | None]] = [
        (receiver, service, vestiging)
        for receiver, vestigingen in ((w.XA, ("00",)), (w.XB, ("00", "02")), (w.XC, ("01",)))
        for service in (w.OSO_OV, w.OSO_SWV)
        for vestiging in (None, *vestigingen)
    ]
    return (
        [
            decide(table, query(receiver, service=service, vestiging=vestiging), w.TODAY)
            for receiver, service, vestiging in [*receivers, (SWV, w.OSO_SWV, None)]
        ],
        [table.systems_of(oin) for oin in (NOORD.oin, ZUID.oin)],
        [table.organisation_of(oin) for oin in (w.XA.oin, SWV_OIN)],
    )


def test_facts_may_come_in_any_order() -> None:
    forwards, backwards = Table.load(1, w.small()), Table.load(1, reversed(w.small()))

    assert observed(forwards) == observed(backwards)


VARIANTS: Sequence[Fact] = (
    dataclasses.replace(w.C_ZUID, stopped=True),
    dataclasses.replace(w.B_ZUID, period=Period(w.START, dt.date(2026, 8, 31))),
    w.endpoint(w.C_ZUID, 1, vestiging="01", suspended=True),
    w.endpoint(w.B_NOORD, 1),
    w.endpoint(w.A_NOORD, 2, version=w.OV_2025),
    w.school(w.XC, w.BOARD_1, "01"),
    w.school(w.XB, w.BOARD_2, "00", "02", closed=dt.date(2026, 8, 20)),
    w.agreement(w.BOARD_2, AgreementKind.OSO, end=dt.date(2026, 8, 31)),
    w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False),
    w.qualification(w.LAS_NOORD, w.OSO_OV),
    *w.small(),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(VARIANTS), max_size=4), max_size=6))
def test_following_events_equals_loading_the_folded_facts(
    events: Sequence[Sequence[Fact]],
) -> None:
    followed = Table.load(1, w.small())
    for revision, facts in enumerate(events, start=2):
        followed = followed.with_facts(revision, facts)
    loaded = Table.load(
        followed.revision, [*w.small(), *(fact for facts in events for fact in facts)]
    )

    assert observed(followed) == observed(loaded)


@given(st.lists(st.sampled_from(VARIANTS), max_size=6))
def test_repeated_events_change_nothing(facts: Sequence[Fact]) -> None:
    once = w.table().with_facts(2, facts)

    assert observed(once) == observed(once.with_facts(2, facts))


def test_a_new_table_leaves_the_old_one_as_it_was() -> None:
    before = w.table()
    after = before.with_facts(2, [dataclasses.replace(w.C_ZUID, stopped=True)])

    assert isinstance(decide(before, query(), w.TODAY), Route)
    assert isinstance(decide(after, query(), w.TODAY), Refusal)
    assert (before.revision, after.revision) == (1, 2)


def test_an_endpoint_waits_for_its_mandate() -> None:
    endpoint = w.endpoint(w.C_ZUID, 1)
    without = Table.load(1, [*w.base(), w.A_NOORD, endpoint])
    refusal = decide(without, query(), w.TODAY)
    route = decide(without.with_facts(2, [w.C_ZUID]), query(), w.TODAY)

    assert isinstance(refusal, Refusal)
    assert Reason.MANDATE_MISSING == refusal.reason
    assert isinstance(route, Route)
    assert endpoint.endpoint_id == route.endpoint_id


def test_an_endpoint_follows_its_mandate_when_that_is_replaced() -> None:
    last = dt.date(2026, 9, 30)
    ending = dataclasses.replace(w.C_ZUID, period=Period(w.START, last))
    route = decide(w.table().with_facts(2, [ending]), query(), w.TODAY)

    assert isinstance(route, Route)
    assert last == route.valid_until


def test_only_what_an_event_touches_is_replaced() -> None:
    before = w.table()
    after = before.with_facts(2, [w.endpoint(w.C_ZUID, 1, suspended=True)])

    assert after._packed(w.XA) is before._packed(w.XA)
    assert after._packed(w.XC) is not before._packed(w.XC)
    assert after.reference is before.reference


def test_a_system_with_an_oin_of_its_own_is_not_its_vendors() -> None:
    own = Oin("00000003999999019000")
    table = w.table(System(system_id=w.LAS_NOORD, party=NOORD.oin, name="las", oin=own))

    assert table.systems_of(NOORD.oin) == ()
    assert table.systems_of(own) == (w.LAS_NOORD,)


def test_systems_of_an_oin_are_in_order_of_id() -> None:
    first = SystemId("a-first")
    table = w.table(System(system_id=first, party=NOORD.oin, name="first"))

    assert table.systems_of(NOORD.oin) == (first, w.LAS_NOORD)


def test_organisations_by_their_oin() -> None:
    table = w.table()

    assert table.organisation_of(w.XA.oin) == w.XA
    assert table.organisation_of(SWV_OIN) == SWV
    assert table.organisation_of(Brin("99ZZ").oin) is None
    assert table.organisation_of(DUO.oin) is None


def test_a_samenwerkingsverband_has_one_oin_at_a_time() -> None:
    other = Oin("00000001999999013000")
    renamed = Samenwerkingsverband(code=SWV, name="Verband", oin=other)
    table = w.table().with_facts(2, [renamed])

    assert table.organisation_of(other) == SWV
    assert table.organisation_of(SWV_OIN) is None


def test_a_school_with_mandates_only_is_not_registered() -> None:
    table = w.table(w.mandate(Brin("99ZZ"), w.LAS_NOORD))

    assert table._packed(Brin("99ZZ")) is not None
    assert table.organisation(Brin("99ZZ")) is None


def test_services_by_code_and_alias() -> None:
    table = w.table()
    rio = table.service("RIO")

    assert rio is not None
    assert table.service("RIO_PO") == rio
    assert table.service("VVA") is None


def test_parties_and_systems() -> None:
    table = w.table()
    party, system = table.party(NOORD.oin), table.system(w.LAS_NOORD)

    assert party is not None
    assert party.oin == NOORD.oin
    assert system is not None
    assert system.party == NOORD.oin
    assert table.party(Oin("00000003999999099000")) is None
    assert table.system(SystemId("las-nobody")) is None


def test_a_revocation_is_known_by_target_and_value() -> None:
    target = RevocationTarget.SPKI_SHA256
    table = w.table(Revocation(target=target, value="ab" * 32))

    assert (target, "ab" * 32) in table.revoked
    assert (RevocationTarget.CERTIFICATE_SHA256, "ab" * 32) not in table.revoked
    assert not w.table().revoked


def test_an_empty_table_knows_nothing() -> None:
    table = Table.load(0, [])

    assert table.organisation(w.XA) is None
    assert table.organisation(Swv("PO9901")) is None
    assert table.systems_of(NOORD.oin) == ()
