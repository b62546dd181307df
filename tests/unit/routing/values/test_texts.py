"""Free text that the register keeps is one short printable line, about nobody."""

import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.texts import free_line, named_line


@pytest.mark.parametrize("text", ["", "Één school", "x" * 20, "it's 50 %; see #12"])
def test_a_short_printable_line_passes(text: str) -> None:
    assert free_line(f" {text}\t", "name", 20) == text


@pytest.mark.parametrize(
    "text",
    ["a\0b", "two\nlines", "tab\tbed", "bell\x07", "\x1b[31m", "rtl\u202e", "\ud800", "x" * 21],
)
def test_anything_else_is_refused_unrepeated(text: str) -> None:
    with pytest.raises(Refused) as caught:
        free_line(text, "name", 20)

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "name")
    assert text not in caught.value.metadata.values()


def test_no_number_of_a_person_passes() -> None:
    with pytest.raises(Refused) as caught:
        free_line("ask 182071649", "contact", 20)

    assert caught.value.reason is Reason.PERSON_NUMBER_IN_TEXT


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_a_name_is_not_empty(text: str) -> None:
    with pytest.raises(Refused) as caught:
        named_line(text, "name", 20)

    assert caught.value.reason is Reason.FIELD_REQUIRED
