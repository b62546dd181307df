"""What a sender signs is parsed strictly, and only then believed."""

import contextlib
import datetime as dt

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from support.builders import envelopes
from support.builders.envelopes import NOW
from wissel.clients.testing.cast import SWV
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import SKEW, Address, freshness
from wissel.routing.exchange.messages import (
    context_fields,
    context_of,
    instant_fields,
    instant_of,
    parse_strict,
    read_header,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey, Vestiging

SECOND = dt.timedelta(seconds=1)


def read(data: bytes) -> object:
    return read_header(data, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext)


def message(**changes: object) -> dossier_pb2.EnvelopeContext:
    return dossier_pb2.EnvelopeContext(**{**context_fields(envelopes.context()), **changes})


def test_ids_are_read_in_either_case_and_are_the_same_ids() -> None:
    written = str(envelopes.MESSAGE_ID)
    loud = message(message_id=written.upper(), correlation_id=written.upper())

    read_back = context_of(loud)

    assert written != written.upper()
    assert (envelopes.MESSAGE_ID, envelopes.MESSAGE_ID) == (
        read_back.message_id,
        read_back.correlation_id,
    )
    assert written == context_fields(read_back)["message_id"]


def test_what_an_initiator_must_be_is_said() -> None:
    with pytest.raises(Refused) as refused:
        context_of(message(initiator="9999-99-990"))

    assert "without nine digits" in refused.value.metadata["expected"]


def test_a_header_survives_the_wire() -> None:
    sent = envelopes.header(
        sender=Address(
            organisation=Brin("99XA"),
            vestiging=Vestiging("99XA02"),
            routing_key=RoutingKey("0000000700099XA00001"),
        ),
        receiver=Address(organisation=SWV),
        correlation_id=envelopes.MESSAGE_ID,
    )

    assert read(envelopes.header_bytes(sent)) == sent


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"message_id": ""}, Reason.FIELD_REQUIRED, "message_id"),
        ({"message_id": "6F1C1F0E7A1D4A539C390A5A3C1D9B01"}, Reason.IDENTIFIER_MALFORMED, None),
        (
            {"message_id": "{6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b01}"},
            Reason.IDENTIFIER_MALFORMED,
            None,
        ),
        ({"message_id": "1234"}, Reason.IDENTIFIER_MALFORMED, "message_id"),
        ({"correlation_id": "x"}, Reason.IDENTIFIER_MALFORMED, "correlation_id"),
        ({"hub_oin": ""}, Reason.FIELD_REQUIRED, "hub_oin"),
        ({"hub_oin": "123"}, Reason.IDENTIFIER_MALFORMED, "hub_oin"),
        ({"sender_oin": "123"}, Reason.IDENTIFIER_MALFORMED, "sender_oin"),
        ({"sender": {}}, Reason.FIELD_REQUIRED, "sender.brin"),
        ({"sender": {"brin": "99xa"}}, Reason.IDENTIFIER_MALFORMED, "sender.brin"),
        ({"sender": {"brin": "99XA", "aanleverpunt": "2"}}, Reason.FIELD_INVALID, None),
        ({"receiver": {"swv": "PO1"}}, Reason.IDENTIFIER_MALFORMED, "receiver.swv"),
        ({"receiver": {"swv": "PO9901", "vestiging": "02"}}, Reason.FIELD_INVALID, None),
        ({"receiver": {"brin": "99XB", "vestiging": "99XA02"}}, Reason.IDENTIFIER_MALFORMED, None),
        ({"receiver": {"brin": "99XB", "routing_key": "1"}}, Reason.IDENTIFIER_MALFORMED, None),
        ({"receiver": {"brin": "99XB", "aanleverpunt": "02"}}, Reason.IDENTIFIER_MALFORMED, None),
        ({"service": ""}, Reason.FIELD_REQUIRED, "service"),
        ({"service": "oso"}, Reason.IDENTIFIER_MALFORMED, "service"),
        ({"service_version": "a b"}, Reason.IDENTIFIER_MALFORMED, "service_version"),
        ({"overdrachtsoort": ""}, Reason.FIELD_REQUIRED, "overdrachtsoort"),
        ({"overdrachtsoort": "POVO"}, Reason.FIELD_INVALID, "overdrachtsoort"),
        ({"content_type": "text/html"}, Reason.FIELD_INVALID, "content_type"),
        ({"content_encoding": ""}, Reason.FIELD_REQUIRED, "content_encoding"),
        ({"content_encoding": "SEALED_V1"}, Reason.FIELD_INVALID, "content_encoding"),
        ({"initiator": ""}, Reason.FIELD_REQUIRED, "initiator"),
        ({"initiator": "short"}, Reason.FIELD_INVALID, "initiator"),
        ({"initiator": "jan de vries"}, Reason.FIELD_INVALID, "initiator"),
        ({"initiator": "999999990"}, Reason.FIELD_INVALID, "initiator"),
        ({"initiator": "9999-99-990"}, Reason.FIELD_INVALID, "initiator"),
        ({"initiator": "a" * 65}, Reason.FIELD_INVALID, "initiator"),
        ({"created_time": None}, Reason.FIELD_REQUIRED, "created_time"),
        ({"created_time": {"seconds": -1}}, Reason.FIELD_INVALID, "created_time"),
        ({"expire_time": instant_fields(NOW)}, Reason.FIELD_INVALID, "expire_time"),
        (
            {"expire_time": instant_fields(NOW + dt.timedelta(days=30) + SECOND)},
            Reason.FIELD_INVALID,
            "expire_time",
        ),
        ({"attestation": {"inzage_date": "2026-03-01"}}, Reason.FIELD_INVALID, None),
        (
            {"attestation": {"inzage": True, "inzage_date": "1-3-2026"}},
            Reason.DATE_MALFORMED,
            "attestation.inzage_date",
        ),
        ({"attestation": {"toestemming": "ja"}}, Reason.FIELD_INVALID, None),
    ],
)
def test_a_context_is_refused_with_the_field_at_fault(
    changes: dict[str, object], reason: Reason, field: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        context_of(message(**changes))

    assert refused.value.reason is reason
    assert field is None or refused.value.field == field


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff",
        b"\x0a\x05abc",
        envelopes.header_bytes(envelopes.header()) + b"\xa2\x06\x01x",
    ],
    ids=["no message", "cut off", "unknown field"],
)
def test_bytes_that_say_more_or_less_are_malformed(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(data)

    assert refused.value.reason is Reason.HEADER_MALFORMED


def test_an_unknown_field_deep_inside_is_found() -> None:
    inner = message().SerializeToString()
    deep = dossier_pb2.EnvelopeContext.FromString(inner + b"\x32\x05\xa2\x06\x02xx")

    with pytest.raises(Refused, match="HEADER_MALFORMED"):
        parse_strict(dossier_pb2.EnvelopeContext, deep.SerializeToString())


@pytest.mark.parametrize("changes", [{"payload_size": 0}, {"payload_sha256": b"short"}])
def test_a_header_says_size_and_digest(changes: dict[str, object]) -> None:
    header = dossier_pb2.EnvelopeHeader.FromString(envelopes.header_bytes(envelopes.header()))
    for name, value in changes.items():
        setattr(header, name, value)

    with pytest.raises(Refused) as refused:
        read(header.SerializeToString())

    assert (refused.value.reason, refused.value.field) == (Reason.FIELD_INVALID, *changes)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW, None),
        (NOW - SKEW, None),
        (NOW - SKEW - SECOND, Reason.ENVELOPE_FROM_FUTURE),
        (NOW + dt.timedelta(days=7) + SKEW - SECOND, None),
        (NOW + dt.timedelta(days=7) + SKEW, Reason.ENVELOPE_EXPIRED),
    ],
)
def test_freshness_at_both_edges(now: dt.datetime, reason: Reason | None) -> None:
    if reason is None:
        freshness(envelopes.context(), now)
        return

    with pytest.raises(Refused) as refused:
        freshness(envelopes.context(), now)

    assert refused.value.reason is reason


@given(
    st.datetimes(
        min_value=dt.datetime(1970, 1, 1, 0, 0, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.just(dt.UTC),
    )
)
def test_every_instant_survives_the_wire(instant: dt.datetime) -> None:
    sent = Timestamp(**instant_fields(instant))
    received = Timestamp.FromString(sent.SerializeToString())

    assert instant_of(received, "at") == instant


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_refusing(data: bytes) -> None:
    with contextlib.suppress(Refused):
        read(data)
