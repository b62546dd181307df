"""Reads the pages of a list, up to a limit."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, TypeVar

import typer

from wissel.clients.cli.session import Session
from wissel.clients.transport.connection import Unary

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
    while len(found) < limit:
        request.page_size = min(_PAGE, limit - len(found))
        page = session.call(method, request)
        found.extend(items(page))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    return found[:limit]
