"""A request means what it means to protobuf, whether it is parsed or passed on as it came."""

import pytest
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.server.courier.streams.chunk_framing import (
    RawChunk,
    decode_request,
    encode_request,
    raw_chunk_of,
)
from wissel.traffic.v1 import traffic_service_pb2 as traffic

SIZES = (1, 2, 121, 123, 124, 125, 126, 127, 128, 16_376, 16_379, 16_383, 16_384, 1024 * 1024)

edited = st.builds(
    lambda size, at, byte: (
        encoded := bytearray(chunk(b"x" * size)),
        encoded.__setitem__(at % 8 % len(encoded), byte),
        bytes(encoded),
    )[-1],
    st.integers(0, 300),
    st.integers(0, 7),
    st.integers(0, 255),
)
"""Chunks with one byte at their beginning changed."""


def chunk(data: bytes) -> bytes:
    """Return a request with a chunk as every encoder writes it."""
    request = traffic.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=data))
    return request.SerializeToString()


@pytest.mark.parametrize("size", SIZES)
def test_a_chunk_is_not_copied(size: int) -> None:
    encoded = chunk(b"x" * size)

    request = decode_request(encoded)

    assert isinstance(request, RawChunk)
    assert request.data == b"x" * size
    assert encode_request(request) is encoded


@given(st.binary(max_size=400) | edited)
@example(b"")
@example(b"\x12\x00")
@example(b"\x12\x02\x0a\x00")
@example(b"\x12\x83\x00\x0a\x01x")
@example(b"\x12\x80\x80\x80\x80\x80\x00\x0a\x01x")
@example(b"\x12\x03\x0a\x01x\x12\x03\x0a\x01y")
@example(b"\x12\x06\x0a\x01x\x0a\x01y")
def test_whatever_comes_means_what_it_means_to_protobuf(encoded: bytes) -> None:
    try:
        expected = traffic.ForwardEnvelopeRequest.FromString(encoded)
    except DecodeError:
        with pytest.raises(DecodeError):
            decode_request(encoded)
        return

    request = decode_request(encoded)

    if isinstance(request, RawChunk):
        assert expected.WhichOneof("part") == "chunk"
        assert request.data == expected.chunk.data
        onward = las.DeliverRequest.FromString(encode_request(request))
        assert onward == las.DeliverRequest(chunk=dossier_pb2.Chunk(data=bytes(request.data)))
    else:
        assert request == expected


@given(st.binary(min_size=1, max_size=70_000))
def test_a_chunk_that_is_encoded_is_decoded_again(data: bytes) -> None:
    raw = raw_chunk_of(data)

    assert raw.encoded == chunk(data)
    assert decode_request(encode_request(raw)) == raw


def test_any_other_request_is_parsed() -> None:
    opening = traffic.ForwardEnvelopeRequest(header=dossier_pb2.Signed(payload=b"x"))

    assert decode_request(opening.SerializeToString()) == opening
    assert encode_request(las.DeliverRequest(opening=las.Opening(header=opening.header))) == (
        las.DeliverRequest(opening=las.Opening(header=opening.header)).SerializeToString()
    )
