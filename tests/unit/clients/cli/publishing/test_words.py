"""The overviews say it as people do."""

import datetime as dt

import pytest

from wissel.clients.cli.publishing import words


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("'S-GRAVENHAGE", "'s-Gravenhage"),
        ("'S GRAVENMOER", "'s Gravenmoer"),
        ("'T HARDE", "'t Harde"),
        ("ALPHEN AAN DEN RIJN", "Alphen aan den Rijn"),
        ("DE BILT", "De Bilt"),
        ("IJSSELSTEIN UT", "IJsselstein UT"),
        ("CAPELLE AAN DEN IJSSEL", "Capelle aan den IJssel"),
        ("STAD AAN 'T HARINGVLIET", "Stad aan 't Haringvliet"),
        ("ST.-ANNAPAROCHIE", "St.-Annaparochie"),
        ("2E EXLOERMOND", "2e Exloermond"),
        ("ALTEVEER GEM DE WOLDEN", "Alteveer gem de Wolden"),
        ("Den Haag", "Den Haag"),
        ("", ""),
    ],
)
def test_a_town_of_capitals_is_written_as_people_do(told: str, expected: str) -> None:
    assert expected == words.town(told)


def test_names_are_in_order_of_their_letters() -> None:
    names = ["Gouda", "'s-Gravenhage", "Écharpe", "Ede", "'t Harde", "Haren"]

    assert ["Écharpe", "Ede", "Gouda", "'s-Gravenhage", "'t Harde", "Haren"] == sorted(
        names, key=words.in_order
    )


def test_days_and_numbers() -> None:
    assert ("1 augustus 2026", "8.622") == (words.day(dt.date(2026, 8, 1)), words.number(8622))
