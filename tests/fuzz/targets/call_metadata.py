"""What comes beside a request: the language and the account in its metadata, and its reason."""

from collections.abc import Iterable
from typing import Any, Final, cast

from fuzz.hub import CALLERS, backend
from fuzz.shaping import joined, piece, pieces
from fuzz.target import Target, told
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.person_numbers import holds_person_number
from wissel.school.v1 import school_service_pb2
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.policy import MethodPolicy
from wissel.server.rpc.requests.mutation import ACCOUNT_LIMIT, REASON_LIMIT, actor_of

_KEYS: Final = ("accept-language", "wissel-user", "x-other")
_ROW: Final = MethodPolicy(who=frozenset())


class _Metadata:
    """What comes along with a call."""

    def __init__(self, pairs: tuple[tuple[str, str | bytes], ...]) -> None:
        self._pairs = pairs

    def invocation_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._pairs


def _check_metadata(data: bytes) -> str:
    """Read the language and the person behind a call, and its reason, from the pieces."""
    pairs: list[tuple[str, str | bytes]] = []
    reason = ""
    for selector, content in pieces(data):
        text = content.decode("utf-8", "replace")
        if selector % 4 == len(_KEYS):
            reason = text
            continue
        pairs.append((_KEYS[selector % 4], content if selector >= 128 else text))
    context = cast(Any, _Metadata(tuple(pairs)))
    call = Call("/x", _ROW, context, backend().follower.table, 0.0)
    language = call.language
    assert language in {"en", "nl"}
    request = school_service_pb2.RegisterSchoolRequest(reason=reason)
    outcomes = [language]
    for caller in CALLERS:
        try:
            actor = actor_of(call, caller, request, b"")
        except Refused as refused:
            outcomes.append(told(refused))
            continue
        account = actor.subject.removeprefix(f"{caller.oin}:")
        for text, limit in ((account, ACCOUNT_LIMIT), (actor.reason, REASON_LIMIT)):
            assert len(text) <= limit
            assert text.isprintable()
            assert not holds_person_number(text)
        assert not caller.operator or (account and actor.reason)
    return "; ".join(dict.fromkeys(outcomes))


_LANGUAGES: Final = (
    b"nl",
    b"NL-be;q=0.5, en;q=0.4",
    b"en;q=nan,nl;q=-1",
    b"de, *;q=0.1, nl ; q = 1e400",
    b"nl;q",
    b"," * 300,
)
_PERSONS: Final = (b"jansen@desk", b" ", b"111222333", b"x" * 101, b"a\nb", b"\xff")


def _metadata_seeds() -> Iterable[bytes]:
    yield b""
    for selector in (0, 128):
        yield from (piece(selector, each) for each in _LANGUAGES)
    for person in _PERSONS:
        yield joined([(1, person), (3, b"asked for")])
        yield joined([(1, b"jansen"), (3, person)])


TARGETS: Final = (
    Target(name="metadata", check=_check_metadata, seeds=_metadata_seeds, max_bytes=1024),
)
