"""Free text may not carry the number of a person."""

import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number, refuse_person_number


@pytest.mark.parametrize(
    "text",
    [
        "182071649",  # a BSN
        "about 246263738.",
        "1820.71.649",
        "182 071 649",
        "100310303",  # an onderwijsnummer
        "leerling 100729533 stapt over",
    ],
)
def test_person_numbers_are_found(text: str) -> None:
    assert holds_person_number(text)

    with pytest.raises(Refused) as caught:
        refuse_person_number(text, "reason")

    assert Reason.PERSON_NUMBER_IN_TEXT == caught.value.reason
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "ticket 12345678", "182071640", "00000001800866472000", "call 0800 321 22 33 please"],
)
def test_other_numbers_pass(text: str) -> None:
    assert text == refuse_person_number(text, "reason")


@pytest.mark.parametrize(
    "text",
    [
        "123456 182 071 649",  # behind another number
        "182_071_649",
        "182/071/649",
        "182 - 071 - 649",
        "182\N{NO-BREAK SPACE}071\N{NO-BREAK SPACE}649",
        "\N{FULLWIDTH DIGIT ONE}82071649",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_person_number(text)
