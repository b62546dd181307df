"""Reads a list page by page; it comes to an end, whatever a hub answers."""

from typing import Any, Final

from wissel.clients.errors import EndlessList

MAX_EMPTY_PAGES: Final = 100
"""How many pages in a row may hold no entry."""


class Pages:
    """How far the reading of one list has come."""

    def __init__(self) -> None:
        self._empty = 0
        self._token = ""

    def after(self, page: Any) -> str:
        """Return the token of the page after `page`, a List response; empty after the last.

        Raises `EndlessList` if the token is the one that gave `page`, or for more
        than `MAX_EMPTY_PAGES` empty pages in a row.
        """
        token: str = page.next_page_token
        if token and token == self._token:
            raise EndlessList("the hub answers with the same page for ever")
        self._token = token
        self._empty = 0 if _has_entries(page) else self._empty + 1
        if token and self._empty > MAX_EMPTY_PAGES:
            message = f"the hub answered with {self._empty} empty pages in a row"
            raise EndlessList(message)
        return token


def _has_entries(page: Any) -> bool:
    return any(field.is_repeated for field, _ in page.ListFields())
