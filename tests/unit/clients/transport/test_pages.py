"""A list comes to an end, whatever a hub answers."""

import itertools

import pytest

from wissel.clients.errors import EndlessList
from wissel.clients.transport.pages import MAX_EMPTY_PAGES, Pages
from wissel.mandate.v1.mandate_service_pb2 import ListMandatesResponse, Mandate


def page(token: str, *, entries: int = 1) -> ListMandatesResponse:
    return ListMandatesResponse(mandates=[Mandate()] * entries, next_page_token=token)


def test_the_last_page_has_no_token() -> None:
    pages = Pages()

    assert pages.after(page("b")) == "b"
    assert pages.after(page("")) == ""


def test_empty_pages_between_full_ones_are_read_on() -> None:
    pages = Pages()
    for token in range(3 * MAX_EMPTY_PAGES):
        entries = 0 if token % MAX_EMPTY_PAGES else 1
        assert pages.after(page(f"{token}", entries=entries)) == f"{token}"


def test_empty_pages_without_end_are_not_read_for_ever() -> None:
    pages, tokens = Pages(), itertools.count()

    for _ in range(MAX_EMPTY_PAGES):
        pages.after(page(f"{next(tokens)}", entries=0))

    with pytest.raises(EndlessList, match=f"{MAX_EMPTY_PAGES + 1} empty pages"):
        pages.after(page(f"{next(tokens)}", entries=0))


def test_a_page_that_names_itself_as_the_next_is_not_read_again() -> None:
    pages = Pages()
    pages.after(page("same"))

    with pytest.raises(EndlessList, match="same page"):
        pages.after(page("same"))
