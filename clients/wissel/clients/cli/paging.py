"""Reads the pages of a list, up to a limit."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, TypeVar

import typer

from wissel.clients.cli.session import Session
from wissel.clients.transport.connection import Unary
from wissel.clients.transport.pages import Pages

_PAGE: Final = 1000
Item = TypeVar("Item")
Limit = Annotated[int, typer.Option(min=1, help="at most this many")]


def collect(
    session: Session,
    method: Unary[Any, Any],
    request: Any,
    items: Callable[[Any], Iterable[Item]],
    limit: int,
) -> list[Item]:
    """Return at most `limit` items of a list method, whose pages `items` takes apart."""
    found: list[Item] = []
    pages = Pages()
    while len(found) < limit:
        request.page_size = min(_PAGE, limit - len(found))
        page = session.call(method, request)
        found.extend(items(page))
        request.page_token = pages.after(page)
        if not request.page_token:
            break
    return found[:limit]
