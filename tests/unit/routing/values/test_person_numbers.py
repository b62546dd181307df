"""Free text may not carry the number of a person; a telephone or a ticket is none."""

import random
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from stdnum.nl import bsn, onderwijsnummer

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import (
    holds_person_number,
    refuse_person_number,
    tells_person_number,
)

EXAMPLES: Final = 20_000


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
    [
        "",
        "ticket 12345678",
        "182071640",
        "00000001800866472000",
        "call 0800 321 22 33 please",
        "see INC182071649",
        "see T-182071649 and OPS_182071649",
        "from 2026-11-28 to 2026-12-31",
        "leerling sinds 28-11-2026",
        "leerling 2026-11-28 overgestapt",
        "twee leerlingen, ticket 12345678",
        "KvK 18207164",
        "bel 06-12345678",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert text == refuse_person_number(text, "reason")


WRITTEN: Final = [
    "123456 182 071 649",  # behind another number
    "182_071_649",
    "182/071/649",
    "182 - 071 - 649",
    "182\N{NO-BREAK SPACE}071\N{NO-BREAK SPACE}649",
    "\N{FULLWIDTH DIGIT ONE}82071649",
    "1 8 2 0 7 1 6 4 9",
    "(182071649)",
    "nr.182071649",
    "2026-11-28 182071649",
    "18207164 9182071649 182071649",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_person_number(text)
    assert tells_person_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "bsn 12345678",
        "BSN: 123456789",
        "bsn=1234.56.78",
        "BSN van de leerling is 12345678",
        "burgerservicenummer 123 456 789",
        "sofinummer 12345678",
        "onderwijsnr. 123456789",
        "leerling-123456789",
        "leerlingnummer (12345678)",
        "het kind 123456789",
    ],
)
@pytest.mark.parametrize("telephones", [True, False])
def test_a_number_behind_a_word_that_says_so_is_found_whatever_its_digits(
    text: str, telephones: bool
) -> None:
    assert tells_person_number(text, telephones=telephones)


@pytest.mark.parametrize(
    "text", ["+31 182071649", "+31 (0)182071649", "0031-182 071 649", "tel. +31182071649, bgg 112"]
)
def test_a_telephone_is_one_where_people_are_to_be_reached(text: str) -> None:
    assert not tells_person_number(text, telephones=True)


@pytest.mark.parametrize(
    "text", ["182071649", "020 123 45 67 of 182071649", "+31 20 123 45 67 / 182 071 649"]
)
def test_a_person_is_found_beside_a_telephone(text: str) -> None:
    assert tells_person_number(text, telephones=True)


def numbers(valid: Callable[[str], bool], start: str, source: random.Random) -> Iterator[str]:
    """Yield numbers of nine digits that begin with `start` and pass a test."""
    while True:
        number = start + "".join(source.choices("0123456789", k=9 - len(start)))
        if valid(number):
            yield number


SENTENCES: Final = ("{}", "{}.", "nr {} van de lijst", "({})", "overstap {}", "zie: {}, graag")
GROUPS: Final = (
    lambda each: each,
    lambda each: f"{each[:3]} {each[3:6]} {each[6:]}",
    lambda each: f"{each[:4]}.{each[4:6]}.{each[6:]}",
    lambda each: f"{each[:4]}-{each[4:6]}-{each[6:]}",
)


@pytest.mark.parametrize(
    ("valid", "start"), [(bsn.is_valid, ""), (onderwijsnummer.is_valid, "10")], ids=["bsn", "own"]
)
@pytest.mark.parametrize("telephones", [True, False])
def test_every_number_of_a_person_that_stands_alone_is_refused(
    valid: Callable[[str], bool], start: str, telephones: bool
) -> None:
    source = random.Random(1)  # noqa: S311 - the same each time
    drawn = numbers(valid, start, source)

    passed = []
    for _ in range(EXAMPLES):
        written = source.choice(GROUPS)(next(drawn))
        text = source.choice(SENTENCES).format(written)
        if not tells_person_number(text, telephones=telephones):
            passed.append(text)

    assert passed == []


def telephone(source: random.Random) -> str:
    """Return a telephone number of ten digits or with +31, as people write one."""
    area = source.choice(["6", "10", "20", "30", "88", "512", "592", "800", "900"])
    own = "".join(source.choices("0123456789", k=9 - len(area)))
    start = source.choice(["0", "+31 ", "+31", "+31(0)", "+31 (0)", "0031 ", "(0"])
    number = f"{start}{area}" + (")" if start == "(0" else "")
    by = source.choice(["", " ", "-", "."])
    parts = source.choice([[own], [own[:3], own[3:]], [own[:3], own[3:5], own[5:]]])
    return number + source.choice(["", " ", "-"]) + by.join(part for part in parts if part)


def test_of_telephones_in_a_contact_hardly_one_is_refused() -> None:
    source = random.Random(2)  # noqa: S311 - the same each time
    written = [f"servicedesk {telephone(source)} of {telephone(source)}" for _ in range(EXAMPLES)]

    refused = sum(tells_person_number(text, telephones=True) for text in written)

    assert refused < EXAMPLES / 100


def ticket(source: random.Random) -> str:
    """Return a ticket of five to eight digits, or of nine that are joined to letters."""
    if source.random() < 0.5:
        return f"{source.randrange(10**4, 10**8)}"
    name = source.choice(["INC", "T-", "OPS-", "REQ", "ticket_"])
    return f"{name}{source.randrange(10**8, 10**9)}"


def test_of_tickets_in_a_reason_hardly_one_is_refused() -> None:
    source = random.Random(3)  # noqa: S311 - the same each time
    sentences = ("ticket {}", "zie {} van 2026-11-28", "{}: mandaat hersteld", "{} en {}")
    written = [
        source.choice(sentences).format(ticket(source), ticket(source)) for _ in range(EXAMPLES)
    ]

    refused = [text for text in written if tells_person_number(text)]

    assert len(refused) < EXAMPLES / 100
