"""The parts of a stream as they travel: the payload is passed on as it came.

A chunk is written alike on both legs: it is field 2 of a ForwardEnvelopeRequest
and of a DeliverRequest. So it is neither parsed into a message nor built into
another one, each of which would copy it; a quarter of the time of a large
transfer goes into copying as it is.
"""

from typing import Final, NamedTuple

from wissel.las.v1 import las_service_pb2 as las
from wissel.traffic.v1 import traffic_service_pb2 as traffic

_CHUNK: Final = b"\x12"
"""The tag of field 2, a message: the chunk in a part."""
_DATA: Final = b"\x0a"
"""The tag of field 1, bytes: the data in a chunk."""
_SEVEN_BITS: Final = 0x7F
_LONGEST_LENGTH: Final = 4  # bytes, of seven bits each: far more than a message has


class RawChunk(NamedTuple):
    """A piece of the payload: its bytes, lying in the request that holds it on either leg."""

    encoded: bytes
    data: memoryview


ForwardRequest = traffic.ForwardEnvelopeRequest | RawChunk
"""What a sender sends: a header, or a piece; seldom a chunk in a form that no encoder writes."""


def decode_request(encoded: bytes) -> ForwardRequest:
    """Return an encoded ForwardEnvelopeRequest; raises protobuf's `DecodeError`.

    It is a piece if it is a chunk with its data and nothing beside it. All else
    is left to protobuf.
    """
    chunk = _only_field(encoded, 0, _CHUNK)
    data = _only_field(encoded, chunk, _DATA) if chunk else 0
    if data:
        return RawChunk(encoded, memoryview(encoded)[data:])
    return traffic.ForwardEnvelopeRequest.FromString(encoded)


def raw_chunk_of(data: bytes) -> RawChunk:
    """Return a piece of the payload, written out."""
    request = las.DeliverRequest()
    request.chunk.data = data  # in place: a message given to a constructor is copied once more
    return RawChunk(request.SerializeToString(), memoryview(data))


def encoded_size(part: ForwardRequest) -> int:
    """Return how many bytes a part has, encoded."""
    return len(part.encoded) if isinstance(part, RawChunk) else part.ByteSize()


def encode_request(part: las.DeliverRequest | RawChunk) -> bytes:
    """Return a DeliverRequest, encoded."""
    return part.encoded if isinstance(part, RawChunk) else part.SerializeToString()


def _only_field(encoded: bytes, at: int, tag: bytes) -> int:
    """Return where the value of a field begins that lasts from `at` to the end; 0 if none does."""
    if encoded[at : at + 1] != tag:
        return 0
    length = shift = 0
    for place in range(at + 1, min(at + 1 + _LONGEST_LENGTH, len(encoded))):
        byte = encoded[place]
        length |= (byte & _SEVEN_BITS) << shift
        if byte <= _SEVEN_BITS:  # the last of the length
            value = place + 1
            return value if value + length == len(encoded) else 0
        shift += 7
    return 0
