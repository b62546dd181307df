"""Text from outside: identifiers, days, free lines, tokens of pages and of watches."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from stdnum.nl import bsn

from fuzz.target import Target, told
from wissel.routing.exchange.envelope import parse_initiator, parse_message_id
from wissel.routing.refusals.errors import Refused
from wissel.routing.values import identifiers
from wissel.routing.values.days import parse_day, parse_optional_day
from wissel.routing.values.identifiers import Brin, Identifier, Oin, RoutingKey, Vestiging
from wissel.routing.values.texts import NAME_LIMIT, free_line, named_line
from wissel.school.v1 import school_service_pb2
from wissel.server.registry.schools.broken_lines import harmless_name
from wissel.server.rpc.requests.paging import page_of
from wissel.server.rpc.services.mandates.watching.resuming import Resumption, resumption_of

_KINDS: Final = tuple(
    kind
    for kind in vars(identifiers).values()
    if isinstance(kind, type) and issubclass(kind, Identifier) and kind is not Identifier
)
_SCHOOL: Final = Brin("99XA")
_OIN: Final = Oin("0000000700099XA00000")
_BY_ITSELF: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{9}(?![0-9A-Za-z])")


def _reader(kind: type[Identifier]) -> Callable[[str], Any]:
    return lambda text: kind.parse(text, "field")


_READERS: Final[tuple[Callable[[str], Any], ...]] = (
    *map(_reader, _KINDS),
    lambda text: Vestiging.within(_SCHOOL, text, "field"),
    lambda text: identifiers.organisation(text[:4], text[4:], "sender."),
    lambda text: parse_day(text, "field"),
    lambda text: parse_optional_day(text, "field") or "",
    lambda text: parse_message_id(text, "field"),
    lambda text: parse_initiator(text, "field"),
    lambda text: free_line(text, "field", NAME_LIMIT),
    lambda text: named_line(text, "field", NAME_LIMIT),
    harmless_name,
)
_NAMES: Final = (
    *(kind.__name__ for kind in _KINDS),
    "within",
    "organisation",
    "day",
    "optional_day",
    "uuid",
    "initiator",
    "free_line",
    "named_line",
    "file_name",
)


def _check_identifier(data: bytes) -> str:
    """Read a text as what the first byte says."""
    if not data:
        return "nothing"
    name = _NAMES[data[0] % len(_READERS)]
    read = _READERS[data[0] % len(_READERS)]
    text = data[1:].decode("utf-8", "replace")
    try:
        found = read(text)
    except Refused as refused:
        return f"{name} {told(refused)}"
    _require_canonical(name, read, found)
    return f"{name} accepted"


def _require_canonical(name: str, read: Callable[[str], Any], found: Any) -> None:
    """What was read reads the same again, is one short printable line, and no pupil's number."""
    written = str(found)
    assert len(written) <= NAME_LIMIT
    assert written.isprintable()
    if name not in {"organisation", "optional_day"}:
        assert read(written) == found
    assert not any(map(bsn.is_valid, _BY_ITSELF.findall(written))), "a BSN"
    if isinstance(found, Identifier):
        assert type(found).pattern.fullmatch(written)
    match found:
        case Oin():
            assert len(found) == 20
            assert found.stem == found[: len(found.stem)]
            assert found.brin is None or found.brin.oin == found
        case RoutingKey():
            assert not found.reserved_for(_OIN) or found.belongs_to(_OIN)
        case Vestiging():
            assert f"{found.brin}{found.number:02}" == found
        case identifiers.Aanleverpunt():
            assert found.extra == (len(found) >= 3)
        case _:
            pass


_GOOD: Final = (
    "99001",
    "99XA",
    "PO9901",
    "99XA02",
    "02",
    "00000003990000010000",
    "0000000700099XA00000",
    "101",
    "OSO_OV",
    "http://wissel.example/oso/2026",
    "las-noord",
    "2026-02-28",
    "6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b01",
    "account-7f3a",
    "Stichting Wissel",
    "folder/po.csv",
)
_ODD: Final = (
    "",
    "111222333",
    "leerling-111222333",
    "1.1.1.2.2.2.3.3.3",
    "\u0661\u0661\u0661\u0662\u0662\u0662\u0663\u0663\u0663",
    "0000-00-00",
    "9999-12-31",
    "99XA\n",
    "\u0669\u0669XA",
    "99xa",
    "\0",
    "C:\\a\\b",
)


def _identifier_seeds() -> Iterable[bytes]:
    for number in range(len(_READERS)):
        yield from (bytes([number]) + text.encode() for text in (*_GOOD, *_ODD))


def _request(token: str) -> school_service_pb2.ListSchoolsRequest:
    return school_service_pb2.ListSchoolsRequest(page_token=token)


_FIRST_PAGE: Final = page_of(_request(""))


def _token_in(data: bytes) -> str:
    """Return the text as it is for 0; else of the JSON, with `@` for the digest of our filters."""
    raw = data[1:]
    if data[0] % 2 == 0:
        return raw.decode("utf-8", "replace")
    named = raw.replace(b"@", f'"{_FIRST_PAGE.filters}"'.encode())
    return base64.urlsafe_b64encode(named).rstrip(b"=").decode()


def _check_page_token(data: bytes) -> str:
    if not data:
        return "nothing"
    token = _token_in(data)
    try:
        page = page_of(_request(token))
    except Refused as refused:
        return told(refused)
    if not token:
        return "first page"
    assert page.pinned is not None
    assert type(page.pinned) is int
    assert 0 <= page.pinned < 2**63
    assert page.after.isprintable()
    assert page_of(_request(page.token(page.pinned, page.after))) == page
    return "accepted"


def _page_token_seeds() -> Iterable[bytes]:
    yield b"\0"
    yield b"\0" + _FIRST_PAGE.token(7, "99XA").encode()
    yield b"\0" + _FIRST_PAGE.token(2**63 - 1, "").encode() + b"="
    texts = (
        '[7,"99XA",@]',
        '[true,"",@]',
        '[-1,"",@]',
        '[9223372036854775808,"",@]',
        '[7,"\\u0000",@]',
        '[7,"",@,1]',
        '[7.0,"",@]',
        '{"a":@}',
        "[" * 1200,
        "1" * 500,
    )
    yield from (b"\1" + text.encode() for text in texts)


def _check_resume_token(data: bytes) -> str:
    token = base64.urlsafe_b64encode(data[1:]).decode() if data[:1] == b"\1" else None
    text = data[1:].decode("utf-8", "replace") if token is None else token.rstrip("=")
    try:
        found = resumption_of(text)
    except Refused as refused:
        return told(refused)
    assert type(found.revision) is int
    assert 0 <= found.revision < 2**63
    assert resumption_of(found.token()) == found
    return "accepted"


def _resume_token_seeds() -> Iterable[bytes]:
    yield b"\0"
    yield b"\0" + Resumption(7, "0123456789abcdef", "0123456789abcdef").token().encode()
    texts = ('[7,"",""]', '[true,"",""]', '[-1,"",""]', '[9223372036854775808,"",""]', "[7,1,2]")
    yield from (b"\1" + text.encode() for text in (*texts, '[7,"\\u0000","é"]', "[" * 120))


TARGETS: Final = (
    Target(name="identifier", check=_check_identifier, seeds=_identifier_seeds, max_bytes=512),
    Target(name="page_token", check=_check_page_token, seeds=_page_token_seeds, max_bytes=2048),
    Target(
        name="resume_token", check=_check_resume_token, seeds=_resume_token_seeds, max_bytes=256
    ),
)
