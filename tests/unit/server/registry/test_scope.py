"""What is somebody's own: the condition of a list and the judgement of one fact are one rule."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds import small_world
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import Agreement, AgreementKind, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId
from wissel.server.registry.persons import of_schools
from wissel.server.registry.scope import Scope

ORGANISATIONS: Final[tuple[Organisation, ...]] = (
    small_world.XA,
    small_world.XB,
    small_world.XC,
    SWV,
)
SYSTEMS: Final = (small_world.LAS_NOORD, small_world.LAS_ZUID)
SERVICES: Final = (small_world.OSO_OV, small_world.RIO)
SCHOOLS: Final = [
    small_world.school(small_world.XA, small_world.BOARD_1),
    small_world.school(small_world.XB, small_world.BOARD_2),
]


def scopes() -> st.SearchStrategy[Scope]:
    """An operator's, a vendor's, a person's, that of a service's owner, and nobody's."""
    return st.one_of(
        st.just(Scope.everything()),
        st.builds(Scope.of, st.sets(st.sampled_from(SYSTEMS))),
        st.builds(Scope, organisations=st.frozensets(st.sampled_from(ORGANISATIONS))),
        st.builds(Scope.of_services, st.sets(st.sampled_from(SERVICES))),
        st.just(Scope()),
    )


def found(mandate: Mandate, where: dict[str, str | tuple[str, ...]]) -> bool:
    """Whether a list by this condition holds a mandate."""
    return all(
        getattr(mandate, name) in value
        if isinstance(value, tuple)
        else value == getattr(mandate, name)
        for name, value in where.items()
    )


@given(
    scope=scopes(),
    mandate=st.builds(
        small_world.mandate,
        st.sampled_from(ORGANISATIONS),
        st.sampled_from(SYSTEMS),
        st.sampled_from(SERVICES),
    ),
    asked=st.none() | st.sampled_from(ORGANISATIONS),
    service=st.none() | st.sampled_from(SERVICES),
    of=st.none() | st.sampled_from(SYSTEMS),
)
def test_a_list_holds_what_is_ones_own_and_was_asked_for(
    scope: Scope,
    mandate: Mandate,
    asked: Organisation | None,
    service: ServiceCode | None,
    of: SystemId | None,
) -> None:
    wanted = (
        asked in (None, mandate.organisation)
        and service in (None, mandate.service)
        and of in (None, mandate.system_id)
    )

    where = dict(scope.where(organisation=asked, service=service, system_id=of))

    assert (scope.holds(mandate) and wanted) == found(mandate, where)


@given(scope=scopes(), organisation=st.sampled_from(ORGANISATIONS))
def test_who_gives_a_mandate_sees_it_and_neither_a_vendor_nor_a_services_owner_gives_any(
    scope: Scope, organisation: Organisation
) -> None:
    try:
        scope.require_organisation(organisation)
    except Refused as refused:
        assert Reason.ORGANISATION_NOT_YOURS is refused.reason  # noqa: PT017 - or nothing is raised
        assert not scope.operator
        return

    assert scope.holds(small_world.mandate(organisation, small_world.LAS_NOORD))
    assert not scope.systems | scope.services


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope.everything(), True),
        (Scope(signatories=frozenset({small_world.BOARD_1})), True),
        (Scope(signatories=frozenset({small_world.BOARD_2, SWV})), False),
        (Scope(organisations=frozenset({small_world.XA})), False),
        (Scope(), False),
    ],
)
def test_an_agreement_is_its_signatorys(scope: Scope, *, seen: bool) -> None:
    signed: Agreement = small_world.agreement(small_world.BOARD_1, AgreementKind.OSO)

    assert seen == scope.signed(signed)


def test_boards_bound_the_schools_that_a_token_names() -> None:
    every, one = of_schools(SCHOOLS, None), of_schools(SCHOOLS, frozenset({small_world.BOARD_2}))

    assert frozenset({small_world.XA, small_world.XB}) == every.organisations
    assert frozenset({small_world.XB}) == one.organisations
    assert frozenset() == every.signatories | one.signatories
