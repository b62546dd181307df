"""What a board lacks for schools that come to it."""

import dataclasses

import pytest

from support.worlds import small_world as w
from wissel.routing.deciding.lacking import agreements_lacking
from wissel.routing.facts import AgreementKind, Fact, Mandate
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import BoardNumber, Brin

NEW = BoardNumber("99009")
OSR, OSO, SWV = (
    AgreementKind.KENNISNET_OSR,
    AgreementKind.OSO,
    AgreementKind.OSO_SWV_EXTENSION,
)


@pytest.mark.parametrize(
    ("schools", "facts", "lacking"),
    [
        ([w.XC], [], [OSR, OSO]),
        ([w.XA, w.XC], [], [OSR, OSO, SWV]),
        ([w.XC], [w.agreement(NEW, OSR)], [OSO]),
        ([w.XC], [w.agreement(NEW, OSR), w.agreement(NEW, OSO)], []),
        ([w.XC], [w.agreement(NEW, OSR, end=w.TODAY - ONE_DAY)], [OSR, OSO]),
        ([w.XC], [dataclasses.replace(w.C_ZUID, stopped=True)], []),
        ([w.XC], [dataclasses.replace(w.C_ZUID, period=Period(w.TODAY + ONE_DAY))], []),
        ([Brin("99ZZ")], [], []),
        ([], [], []),
    ],
)
def test_a_board_lacks_what_the_mandates_in_force_need(
    schools: list[Brin], facts: list[Fact], lacking: list[AgreementKind]
) -> None:
    assert lacking == agreements_lacking(w.table(*facts), schools, NEW, w.TODAY)


def test_the_board_that_a_school_leaves_lacks_nothing() -> None:
    assert isinstance(w.C_ZUID, Mandate)
    assert [] == agreements_lacking(w.table(), [w.XC], w.BOARD_2, w.TODAY)
