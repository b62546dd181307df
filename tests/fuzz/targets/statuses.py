"""What the other side of a call answers: statuses with details, and a receiver's final no."""

import math
from collections.abc import Iterable
from typing import Any, Final

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from fuzz.shaping import joined, patched, piece, pieces
from fuzz.target import Target
from wissel.clients.errors import Refused, Unreachable, WisselError
from wissel.clients.sending.transfer import settles
from wissel.clients.transport.retry import may_pass
from wissel.clients.transport.status_errors import DOMAIN, translate
from wissel.las.v1 import las_service_pb2
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number
from wissel.server.courier.deliver.receiver_refusal import refusal_result
from wissel.server.rpc.calls.status import DETAILS_KEY, status_of

_CODES: Final = tuple(code for code in grpc.StatusCode if code is not grpc.StatusCode.OK)
_LANGUAGES: Final = ("en", "nl", "")
_REASONS: Final = tuple(Reason)
_BASES: Final[tuple[Message, ...]] = (
    error_details_pb2.ErrorInfo(
        reason=Reason.MANDATE_MISSING, domain=DOMAIN, metadata={"organisation": "99XA"}
    ),
    error_details_pb2.RetryInfo(),
    error_details_pb2.BadRequest(
        field_violations=[error_details_pb2.BadRequest.FieldViolation(field="brin")]
    ),
)


def _packed(base: Message, content: bytes) -> Packed:
    name = base.DESCRIPTOR.full_name
    return Packed(type_url=f"type.googleapis.com/{name}", value=content)


def _details_in(mode: int, rest: bytes) -> bytes:
    """Return the details: raw for 0, else with the part changed that the pieces name."""
    if mode == 0:
        return rest
    contents = [base.SerializeToString() for base in _BASES]
    status = status_pb2.Status(code=5)
    if mode <= len(_BASES):
        described: Any = _BASES[mode - 1].DESCRIPTOR
        contents[mode - 1] = patched(contents[mode - 1], described, rest)
    for base, content in zip(_BASES, contents, strict=True):
        status.details.append(_packed(base, content))
    if mode <= len(_BASES):
        return status.SerializeToString()
    fields: Any = status_pb2.Status.DESCRIPTOR
    return patched(status.SerializeToString(), fields, rest)


def _error(code: grpc.StatusCode, details: bytes, message: str) -> grpc.aio.AioRpcError:
    trailing = grpc.aio.Metadata((DETAILS_KEY, details))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, details=message)


def _check_reply(data: bytes) -> str:
    """Translate a failed call: code, language and mode, then the message and the details."""
    if len(data) < 3:
        return "nothing"
    code, mode = _CODES[data[0] % len(_CODES)], data[2] % (len(_BASES) + 3)
    language = _LANGUAGES[data[1] % len(_LANGUAGES)]
    if mode == len(_BASES) + 2:
        return _of_our_hub(data[3:], language)
    message, _, rest = data[3:].partition(b"\n")
    error = _error(code, _details_in(mode, rest), message.decode("utf-8", "replace"))
    found = translate(error, "hub.example:7443", language)
    _require_harmless(found)
    if isinstance(found, Refused):
        assert found.code == code or found.reason == Reason.OVERLOADED
        known = "known" if found.reason in Reason.__members__ else "unknown"
        return f"{known} {bool(found.field)} {found.retry_after is not None}"
    assert isinstance(found, Unreachable)
    return "unreachable"


def _require_harmless(found: WisselError) -> None:
    """Whatever is said fits on a terminal, and says when to come back in seconds that exist."""
    may_pass(found)
    settles(found)
    texts = [str(found)]
    if isinstance(found, Refused):
        texts += (found.reason, found.text, found.fix, found.contact, found.field)
        texts += (*found.metadata, *found.metadata.values())
        assert found.reason
        wait = found.retry_after
        assert wait is None or (math.isfinite(wait) and wait >= 0)
    for text in texts:
        assert text.isprintable(), "this steers a terminal"


def _of_our_hub(recipe: bytes, language: str) -> str:
    """Refuse as our own hub does: whoever called it learns all that was said."""
    reason, field, metadata = _REASONS[0], "", {}
    retry_after: float | None = None
    for selector, content in pieces(recipe):
        text = "".join(filter(str.isprintable, content.decode("utf-8", "replace")))[:100]
        match selector % 4:
            case 0:
                reason = _REASONS[sum(content) % len(_REASONS)]
            case 1:
                field = text
            case 2:
                retry_after = int.from_bytes(content[:4], "big") / 1024
            case _:
                metadata[("oin", "problem", "service", "expected")[selector % 16 // 4]] = text
    told = RuleRefused(reason, field=field or None, retry_after=retry_after, **metadata)
    status = status_of(told, "nl" if language == "nl" else "en")
    error = _error(_CODES[status.code - 1], status.SerializeToString(), status.message)
    found = translate(error, "hub.example:7443", language)
    assert isinstance(found, Refused)
    _require_harmless(found)
    assert (found.reason, found.field, found.metadata) == (reason, field, metadata)
    assert f"{found.code.name}" == error.code().name
    assert found.contact
    if found.retry_after is not None and retry_after is not None:
        assert math.isclose(found.retry_after, retry_after, abs_tol=1e-8)
    return "our own"


def _reply_seeds() -> Iterable[bytes]:
    for code in range(len(_CODES)):
        yield bytes([code, 0, 0]) + b"CANCELLED\n"
        yield bytes([code, 1, 4]) + b"MANDATE_MISSING: so it is. Fix: do it.\n"
    for mode in range(1, len(_BASES) + 2):
        for selector in range(6):
            for content in (b"", b"\0\x1b[2J", b"wissel", b"\xff" * 8, b"99XA", b"OVERLOADED"):
                yield bytes([4, 2, mode]) + b"x\n" + piece(selector, content)
    for number in range(len(_REASONS)):
        said = [(0, bytes([number])), (1, b"brin"), (2, b"\0\0\4\0"), (3, b"x"), (7, b"y")]
        yield bytes([0, number % 3, len(_BASES) + 2]) + joined(said)


def _check_refusal(data: bytes) -> str:
    """Read the final no of a receiver: what may be kept and shown of its words."""
    fields: Any = las_service_pb2.Refusal.DESCRIPTOR
    base = las_service_pb2.Refusal(reason="ADMINISTRATION_UNKNOWN", text="Not here.")
    try:
        refusal = las_service_pb2.Refusal.FromString(
            patched(base.SerializeToString(), fields, data)
        )
    except Exception:  # noqa: BLE001 - gRPC refuses what is no message, with protobuf's own error
        return "no message"
    found = refusal_result(refusal)
    assert found.detail.isascii()
    assert found.detail.isprintable()
    assert 1 <= len(found.detail) <= 64
    own = found.text.partition("[The hub left out the receiver's ")[0].strip()
    assert len(own) <= 300
    assert len(found.text) <= 520
    assert found.text.isprintable()
    assert not any(map(holds_person_number, (found.detail, found.text)))
    assert own in {"", refusal.text.strip()}
    assert (own == refusal.text.strip()) or found.text
    return f"{found.detail == refusal.reason} {found.text == refusal.text}"


def _refusal_seeds() -> Iterable[bytes]:
    for selector in range(3):
        for content in (b"", b"111222333", b"A111222333", b"a", b"A" * 65, b"x" * 301, b"\x1b[2J"):
            yield piece(selector, content)


TARGETS: Final = (
    Target(name="reply", check=_check_reply, seeds=_reply_seeds, max_bytes=2048),
    Target(name="refusal", check=_check_refusal, seeds=_refusal_seeds, max_bytes=1024),
)
