"""Lists, page by page: no item twice, none skipped (design.md#revisions).

A page token holds the revision at which the first page was read and the last key
of the page before. It is valid for the same list with the same filters.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import orjson
from google.protobuf.message import Message

from wissel.routing.facts import Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.listing import NO_CONDITION, Part, list_part
from wissel.server.registry.ports import Snapshot, Where

DEFAULT_SIZE: Final = 100
MAX_SIZE: Final = 1000
_LAST_REVISION: Final = 2**63 - 1  # the largest number that a store holds
_NOT_FILTERS: Final = ("page_size", "page_token", "at_least_revision")

F = TypeVar("F", bound=Fact)


class ListRequest(Protocol):
    """What every list request has."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page is asked for: at most `size` items after a key.

    `pinned` is the revision of the first page, or the one that is asked for; None for a
    first page of the newest. `filters` is a digest of the list and its filters, and
    `continued` says whether a token came along.
    """

    size: int
    after: str
    pinned: int | None
    filters: str
    continued: bool

    def token(self, pinned: int, last: str) -> str:
        """Return the token of the page after the item with key `last`."""
        return _encode(pinned, last, self.filters)

    def part(self, snapshot: Snapshot) -> Part:
        """Return which part of the list it is, at the revision of the first page.

        `Refused(REVISION_UNKNOWN)` if that is yet to come.
        """
        pinned = snapshot.revision if self.pinned is None else self.pinned
        if pinned > snapshot.revision and not self.continued:
            raise Refused(Reason.REVISION_UNKNOWN, field="at_revision", revision=str(pinned))
        return Part(after=self.after, limit=self.size, pinned=pinned)

    def token_after(self, part: Part, last: str) -> str:
        """Return the token of the page after `last`; empty if there is no more."""
        return self.token(part.pinned, last) if last else ""


def page_of(request: ListRequest) -> Page:
    """Return the page that a request asks for.

    `Refused(FIELD_INVALID)` for a negative size, `Refused(PAGE_TOKEN_INVALID)`
    for a token that is none, or one of a list with other filters.
    """
    if request.page_size < 0:
        raise Refused(Reason.FIELD_INVALID, field="page_size", expected="0 to 1000")
    filters = _filters(request)
    pinned, after = _asked_revision(request), ""
    if request.page_token:
        pinned, after = _decode(request.page_token, filters)
    size = min(request.page_size or DEFAULT_SIZE, MAX_SIZE)
    continued = bool(request.page_token)
    return Page(size=size, after=after, pinned=pinned, filters=filters, continued=continued)


def _asked_revision(request: ListRequest) -> int | None:
    """Return the revision that a first page is asked for, if any."""
    assert isinstance(request, Message)  # noqa: S101 - generated code cannot say so
    name = "at_revision"
    if name not in request.DESCRIPTOR.fields_by_name or not request.HasField(name):
        return None
    revision: int = getattr(request, name)
    if revision > _LAST_REVISION:
        raise Refused(Reason.REVISION_UNKNOWN, field=name, revision=str(revision))
    return revision


async def list_page(
    snapshot: Snapshot,
    kind: type[F],
    page: Page,
    where: Mapping[str, Where] = NO_CONDITION,
    *,
    keep: Callable[[F], bool] | None = None,
    oldest_first: bool = False,
) -> tuple[list[F], str]:
    """Return the facts of a page, and the token of the next page.

    They come in the order of `list_part`. The store's indexes answer `where`; `keep`
    filters what they find. The token is empty on the last page.
    """
    part = page.part(snapshot)
    found = await list_part(snapshot, kind, part, where, keep=keep, oldest_first=oldest_first)
    return list(found.items), page.token_after(part, found.last)


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
        case [int(pinned), str(after), str(digest)] if (
            0 <= pinned <= _LAST_REVISION and after.isprintable() and digest == filters
        ):
            return int(pinned), after  # True is an int as well, and no number to a database
        case _:
            raise wrong
