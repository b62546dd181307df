"""The streams that come in: the parts of a message, on both legs, and those of a school file."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from functools import lru_cache
from typing import Any, Final, TypeVar

from google.protobuf.message import DecodeError

from fuzz.shaping import joined, pieces, varint
from fuzz.target import Target, told
from fuzz.targets.signed.envelopes import HEADERS
from fuzz.world import folder
from support.builders.envelopes import header
from wissel.clients.las.payload import receive
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.school.v1 import school_service_pb2
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.chunk_framing import (
    ForwardRequest,
    RawChunk,
    decode_provided,
    decode_request,
    encode_request,
    raw_chunk_of,
)
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.registry.schools.duo.parsing import MAX_FILE_BYTES
from wissel.server.rpc.services.schools.upload import received
from wissel.traffic.v1 import traffic_service_pb2, transfer_service_pb2

T = TypeVar("T")
_CUT: Final = Refused(Reason.SENDER_GONE)
_SIZES: Final = (0, 1, 65_535, 65_536, 65_537, 1_048_576, 1_048_577)
_MUCH: Final = b"\5 and so on"  # a whole word: what takes long must not come by chance
_NO: Final = las_service_pb2.Refusal(reason="NO")
_FILLING: Final = bytes(max(_SIZES))


def _sized(content: bytes) -> bytes:
    """Return so many bytes as the content says: one of the sizes that count, or a few."""
    number = sum(content[:1])
    return _FILLING[: _SIZES[number] if number < len(_SIZES) else number]


class _Stream(AsyncIterator[T]):
    """The parts of a stream; where it ends, `ended` is told."""

    def __init__(self, parts: Iterable[T], ended: Callable[[], None] = lambda: None) -> None:
        self._parts = iter(parts)
        self._ended = ended

    async def __anext__(self) -> T:
        for part in self._parts:
            return part
        self._ended()
        raise StopAsyncIteration


def _check_upload(data: bytes) -> str:
    """Take in a school file: headers, chunks as they are or of a size, and raw messages."""
    kind, requests = school_service_pb2.ImportSchoolsRequest, []
    for selector, content in pieces(data):
        match selector % 4:
            case 0:
                name = content.decode("utf-8", "replace")
                requests.append(kind(header=school_service_pb2.ImportSchoolsHeader(file_name=name)))
            case 1:
                requests.append(kind(chunk=content))
            case 2:
                many = 33 if content == _MUCH else 1
                requests += [kind(chunk=_sized(content))] * many
            case _:
                requests += _parsed(kind, content)
    try:
        found = _at_once(received(_Stream(requests)))
    except Refused as refused:
        return told(refused)
    assert requests[0].WhichOneof("part") == "header"
    assert found.data == b"".join(each.chunk for each in requests)
    assert len(found.data) <= MAX_FILE_BYTES
    assert found.body.endswith(hashlib.sha256(found.data).digest())
    return "whole"


def _upload_seeds() -> Iterable[bytes]:
    yield b""
    for chunk in (b"\0", b"\1", b"\5", b"\6"):
        yield joined([(0, b"schools.csv"), (1, b"a"), (2, chunk)])
    yield joined([(0, b"111222333.csv"), (2, _MUCH)])
    yield joined([(1, b"a"), (0, b"late.csv")])
    yield joined([(0, b"one.csv"), (0, b"two.csv")])
    yield joined([(0, b"one.csv"), (3, b"")])


def _check_payload(data: bytes) -> str:
    """Send a message to the hub, and what it lets through to a LAS: chunks behind a header."""
    parts: list[ForwardRequest] = []
    for selector, content in pieces(data[1:]):
        match selector % 4:
            case 0:
                parts += _read(_chunk(content))
            case 1:
                parts += _read(_chunk(_sized(content)))
            case 2:
                parts += _read(varint(0x0A) + varint(len(content)) + content)
            case _:
                parts += _read(content)
    sent = [_data_of(each) for each in parts]
    payload = b"".join(sent)
    if data[:1] > b"\xc0":
        payload = payload[: len(payload) // 2]  # less than what will come
    said = header(payload) if payload else HEADERS[0]
    try:
        passed = _run(_through_hub(parts, said))
    except Refused as refused:
        outcome, onward = told(refused), map(_chunk, sent)
    else:
        outcome, onward = "whole", map(encode_request, passed)
    path = folder() / "payload.part"
    path.unlink(missing_ok=True)
    delivered = map(las_service_pb2.DeliverRequest.FromString, onward)
    try:
        _at_once(receive(_Stream(delivered), said, path))
    except Refused as refused:
        assert outcome != "whole", "the hub lets through what a LAS refuses"
        return f"{outcome}; {told(refused)}"
    assert path.read_bytes() == payload
    return f"{outcome}; taken in"


@lru_cache(maxsize=256)
def _chunk(data: bytes) -> bytes:
    """Return a part with a chunk, as every encoder writes it."""
    return (
        b""
        if not data
        else las_service_pb2.DeliverRequest(chunk=dossier_pb2.Chunk(data=data)).SerializeToString()
    )


def _read(encoded: bytes, decode: Callable[[bytes], Any] = decode_request) -> list[Any]:
    try:
        return [decode(encoded)]
    except DecodeError:
        return []


def _data_of(part: ForwardRequest) -> bytes:
    return bytes(part.data) if isinstance(part, RawChunk) else part.chunk.data


async def _through_hub(parts: list[ForwardRequest], said: EnvelopeHeader) -> list[RawChunk]:
    """Return the chunks that the hub lets through; a stream that ends early has been cut."""
    size = sum(len(_data_of(each)) for each in parts)

    def cut() -> None:
        if size < said.payload_size:
            stream.interrupt(_CUT)

    stream = RequestStream(_Stream(parts, cut), Limits())
    chunks = []
    while not stream.complete:
        chunks.append(await stream.chunk(said))
    return chunks


def _part(name: str, decode: Callable[[bytes], Any], came: Any, leaves: Any) -> Target:
    """Return the target of a stream's parts, which are `came` on one leg and `leaves` on the next.

    An input is raw for 0, within a chunk for 1, else the data of one.
    """

    def check(data: bytes) -> str:
        form, encoded = data[:1], data[1:]
        if form > b"\1":
            encoded = b"\x0a" + varint(len(encoded)) + encoded
        if form > b"\0":
            encoded = b"\x12" + varint(len(encoded)) + encoded
        try:
            expected = came.FromString(encoded)
        except DecodeError:
            assert _read(encoded, decode) == [], "no message, and read"
            return "no message"
        (found,) = _read(encoded, decode)
        if not isinstance(found, RawChunk):
            assert found == expected
            return f"{found.WhichOneof('part')}"
        assert expected == came(chunk=dossier_pb2.Chunk(data=bytes(found.data)))
        onward = leaves.FromString(encode_request(found))
        assert onward == leaves(chunk=expected.chunk)
        assert raw_chunk_of(bytes(found.data)).data == found.data
        return "piece"

    return Target(name=name, check=check, seeds=_part_seeds, max_bytes=20_000)


def _part_seeds() -> Iterable[bytes]:
    for form in (b"\0", b"\1", b"\2"):
        yield from (form + each for each in (b"", b"x", b"x" * 127, b"x" * 128, b"x" * 17_000))
    for raw in (
        b"\x12\x03\x0a\x01x",
        b"\x12\x83\x00\x0a\x01x",
        b"\x12\x83\x80\x80\x00\x0a\x01x",
        b"\x12\x83\x80\x80\x80\x00\x0a\x01x",
        b"\x12\x03\x0a\x01x\x12\x03\x0a\x01y",
        b"\x12\x06\x0a\x01x\x0a\x01y",
        b"\x12\x05\x0a\x01x\x10\x01",
        b"\x12\x03\x0a\x01x\x0a\x00",
        b"\x12\x02\x0a\x01x",
        b"\x0a\x00",
        las_service_pb2.ProvideResponse(refusal=_NO).SerializeToString(),
    ):
        yield b"\0" + raw


def _payload_seeds() -> Iterable[bytes]:
    yield b""
    yield b"\0"
    for size in (b"\1", b"\2", b"\3", b"\5", b"\6"):
        for mode in (b"\0", b"\xff"):
            yield mode + joined([(1, size)])
            yield mode + joined([(1, size), (0, b"rest")])
            yield mode + joined([(1, size), (1, size), (2, b"")])
    yield b"\0" + joined([(0, b"a"), (0, b"b")])
    yield b"\0" + joined([(3, b""), (3, b"\x12\0")])
    yield b"\0" + joined([(3, b"\x12\x83\x00\x0a\x01x")])


def _parsed(kind: Any, content: bytes) -> list[Any]:
    try:
        return [kind.FromString(content)]
    except Exception:  # noqa: BLE001 - gRPC refuses what is no message, with protobuf's own error
        return []


def _run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of something that waits for nothing but our streams."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    raise AssertionError("it waits")


TARGETS: Final = (
    _part(
        "part",
        decode_request,
        traffic_service_pb2.ForwardEnvelopeRequest,
        las_service_pb2.DeliverRequest,
    ),
    _part(
        "provided_part",
        decode_provided,
        las_service_pb2.ProvideResponse,
        transfer_service_pb2.FetchDossierResponse,
    ),
    Target(name="payload", check=_check_payload, seeds=_payload_seeds, max_bytes=128),
    Target(name="upload", check=_check_upload, seeds=_upload_seeds, max_bytes=128),
)
