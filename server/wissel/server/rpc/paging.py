"""Lists, page by page: no item twice, none skipped (DESIGN section 7).

A page token pins the revision of the first page and the last key of the page
before; it holds for one list with one set of filters.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import orjson
from google.protobuf.message import Message

from wissel.routing.errors import Refused
from wissel.routing.facts import Fact
from wissel.routing.reasons import Reason
from wissel.server.registry.ports import Reading, Where
from wissel.server.store.projection import key_of

DEFAULT_SIZE: Final = 100
MAX_SIZE: Final = 1000
_BATCH: Final = 500  # read at once while most items are filtered out
_NOT_FILTERS: Final = ("page_size", "page_token", "at_least_revision")

NO_CONDITION: Final[Mapping[str, Where]] = {}

F = TypeVar("F", bound=Fact)


class ListRequest(Protocol):
    """What every list request has."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page is asked for; `pinned` is None on the first one."""

    size: int
    after: str
    pinned: int | None
    filters: str

    def token(self, pinned: int, last: str) -> str:
        """Return the token of the page after the item with key `last`."""
        return _encode(pinned, last, self.filters)


def page_of(request: ListRequest) -> Page:
    """Return the page that a request asks for.

    `Refused(FIELD_INVALID)` for a negative size, `Refused(PAGE_TOKEN_INVALID)`
    for a token that is none, or one of a list with other filters.
    """
    if request.page_size < 0:
        raise Refused(Reason.FIELD_INVALID, field="page_size", expected="0 to 1000")
    filters = _filters(request)
    pinned, after = None, ""
    if request.page_token:
        pinned, after = _decode(request.page_token, filters)
    size = min(request.page_size or DEFAULT_SIZE, MAX_SIZE)
    return Page(size=size, after=after, pinned=pinned, filters=filters)


async def listed(
    reading: Reading,
    kind: type[F],
    page: Page,
    where: Mapping[str, Where] = NO_CONDITION,
    *,
    keep: Callable[[F], bool] | None = None,
) -> tuple[list[F], str]:
    """Return the facts of a page, in order of key, and the token of the next page.

    `where` is answered by the store's indexes; `keep` filters what it returns.
    The token is empty on the last page.
    """
    pinned = reading.revision if page.pinned is None else page.pinned
    found: list[F] = []
    after = page.after
    limit = page.size + 1 if keep is None else max(page.size + 1, _BATCH)
    while True:
        batch = await reading.page(kind, after=after, limit=limit, pinned=pinned, **where)
        for fact in batch:
            if keep is not None and not keep(fact):
                continue
            if len(found) == page.size:
                return found, page.token(pinned, key_of(found[-1]))
            found.append(fact)
        if len(batch) < limit:
            return found, ""
        after = key_of(batch[-1])


def _filters(request: ListRequest) -> str:
    """Return a short digest of the kind of list and its filters."""
    assert isinstance(request, Message)  # noqa: S101 - generated code cannot say so
    copy = type(request)()
    copy.CopyFrom(request)
    for name in _NOT_FILTERS:
        if name in copy.DESCRIPTOR.fields_by_name:
            copy.ClearField(name)
    text = copy.DESCRIPTOR.full_name.encode() + b"\0" + copy.SerializeToString(deterministic=True)
    return hashlib.sha256(text).hexdigest()[:16]


def _encode(pinned: int, after: str, filters: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([pinned, after, filters])).rstrip(b"=").decode()


def _decode(token: str, filters: str) -> tuple[int, str]:
    wrong = Refused(Reason.PAGE_TOKEN_INVALID, field="page_token")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        parts = orjson.loads(raw)
    except (binascii.Error, ValueError):
        raise wrong from None
    match parts:
        case [int(pinned), str(after), str(digest)] if pinned >= 0 and digest == filters:
            return pinned, after
        case _:
            raise wrong
