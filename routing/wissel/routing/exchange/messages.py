"""From wire messages to values and back, without knowing protobuf.

Both sides of the wire (`wissel.server.courier` and `wissel.clients`) pass their
generated classes in; what makes a message well formed is decided here, for both.
`*_of` and `read_*` return a value from a message; `*_fields` returns the keyword
arguments of a generated class: `EnvelopeContext(**context_fields(context))`.
"""

import datetime as dt
from typing import Any, Final, TypeVar
from uuid import UUID

from wissel.routing.exchange.envelope import (
    CONTENT_TYPES,
    KINDS,
    NO_ENCODING,
    Address,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
    parse_attestation,
    parse_choice,
    parse_digest,
    parse_initiator,
    parse_lifetime,
    parse_message_id,
    parse_vestiging,
)
from wissel.routing.exchange.message_shapes import (
    AddressMessage,
    ContextMessage,
    HeaderMessage,
    Moment,
    WireMessage,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    organisation,
)

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST_SECOND: Final = 253_370_764_799  # the end of 9998: adding weeks to it still gives a moment
_NANOS: Final = 1_000_000_000

Fields = dict[str, Any]
"""Keyword arguments for a generated class."""


M = TypeVar("M", bound=WireMessage)


def parse_strict(message_type: type[M], data: bytes, reason: Reason = Reason.HEADER_MALFORMED) -> M:
    """Return the message in `data`, or raise `Refused(reason)`.

    It is refused if it does not parse, and if it has a field, at any depth, that
    the generated class does not know: what was signed must be understood as a
    whole.
    """
    try:
        message = message_type.FromString(data)
    except Exception as error:  # protobuf's own error type is not ours to import
        raise Refused(reason, problem="not a message of this type") from error
    size = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != size:
        raise Refused(reason, problem="unknown fields")
    return message


def read_header(
    data: bytes, header_type: type[HeaderMessage], context_type: type[ContextMessage]
) -> EnvelopeHeader:
    """Return the header in *verified* bytes.

    Raises `Refused(HEADER_MALFORMED)` for bytes that are no header, and for a
    field FIELD_REQUIRED, FIELD_INVALID, IDENTIFIER_MALFORMED or DATE_MALFORMED
    with its name.
    """
    header = parse_strict(header_type, data)
    if header.payload_size < 1:
        raise Refused(Reason.FIELD_INVALID, field="payload_size")
    return EnvelopeHeader(
        context=context_of(parse_strict(context_type, header.context)),
        payload_size=header.payload_size,
        payload_sha256=parse_digest(header.payload_sha256, "payload_sha256"),
    )


def context_of(message: ContextMessage) -> EnvelopeContext:
    """Return the context in a message, or raise `Refused` with the field at fault."""
    created = instant_of(message.created_time, "created_time")
    expires = instant_of(message.expire_time, "expire_time")
    parse_choice(message.content_encoding, (NO_ENCODING,), "content_encoding")
    kind = Kind(parse_choice(message.overdrachtsoort, KINDS, "overdrachtsoort"))
    if (kind is Kind.FEEDBACK) is not bool(message.link_key):
        raise Refused(Reason.HEADER_MALFORMED, problem="a link_key is of a terugkoppeling alone")
    attested = message.attestation
    return EnvelopeContext(
        message_id=parse_message_id(message.message_id, "message_id"),
        created=created,
        expires=parse_lifetime(created, expires, "expire_time"),
        hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
        sender_oin=Oin.parse(message.sender_oin, "sender_oin"),
        sender=_sender_of(message.sender),
        receiver=address_of(message.receiver, "receiver"),
        service=ServiceCode.parse(message.service, "service"),
        version=_version_of(message.service_version),
        kind=kind,
        content_type=parse_choice(message.content_type, CONTENT_TYPES, "content_type"),
        initiator=parse_initiator(message.initiator, "initiator"),
        correlation_id=_optional_id_of(message.correlation_id, "correlation_id"),
        attestation=parse_attestation(
            attested.inzage,
            parse_optional_day(attested.inzage_date, "attestation.inzage_date"),
            attested.toestemming,
        ),
        session_id=_optional_id_of(message.session_id, "session_id"),
        receiver_oin=Oin.parse(message.receiver_oin, "receiver_oin")
        if message.receiver_oin
        else None,
        link_key=_optional_id_of(message.link_key, "link_key"),
    )


def address_of(message: AddressMessage, field: str) -> Address:
    """Return the address in a message, or raise `Refused` with the field at fault."""
    whose = organisation(message.brin, message.swv, f"{field}.")
    routing_key, point = message.routing_key, message.aanleverpunt
    return Address(
        organisation=whose,
        vestiging=parse_vestiging(whose, message.vestiging, f"{field}.vestiging"),
        routing_key=RoutingKey.parse(routing_key, f"{field}.routing_key") if routing_key else None,
        aanleverpunt=Aanleverpunt.parse(point, f"{field}.aanleverpunt") if point else None,
    )


def instant_of(message: Moment, field: str) -> dt.datetime:
    """Return the instant of a Timestamp, in UTC, cut to microseconds.

    Raises `Refused(FIELD_REQUIRED)` if it is not set (or within the first
    microsecond of 1970, which looks the same), and `Refused(FIELD_INVALID)` if it
    is before 1970 or after 9998.
    """
    microseconds = message.nanos // 1000
    if not message.seconds and not microseconds:
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    if not 0 <= message.seconds <= _LAST_SECOND or not 0 <= message.nanos < _NANOS:
        raise Refused(Reason.FIELD_INVALID, field=field)
    return _EPOCH + dt.timedelta(seconds=message.seconds, microseconds=microseconds)


def instant_fields(instant: dt.datetime) -> Fields:
    """Return the fields of a Timestamp."""
    since = instant - _EPOCH
    return {
        "seconds": since.days * 86_400 + since.seconds,
        "nanos": since.microseconds * 1000,
    }


def header_fields(header: EnvelopeHeader, context: bytes) -> Fields:
    """Return the fields of an EnvelopeHeader; `context` is the serialized context."""
    return {
        "context": context,
        "payload_size": header.payload_size,
        "payload_sha256": header.payload_sha256,
    }


def context_fields(context: EnvelopeContext) -> Fields:
    """Return the fields of an EnvelopeContext."""
    attested = context.attestation
    return {
        "message_id": str(context.message_id),
        "created_time": instant_fields(context.created),
        "expire_time": instant_fields(context.expires),
        "hub_oin": context.hub_oin,
        "sender_oin": context.sender_oin,
        "sender": address_fields(context.sender),
        "receiver": address_fields(context.receiver),
        "service": context.service,
        "service_version": context.version or "",
        "overdrachtsoort": context.kind.value,
        "content_type": context.content_type,
        "content_encoding": context.content_encoding,
        "correlation_id": str(context.correlation_id) if context.correlation_id else "",
        "initiator": context.initiator,
        "attestation": {
            "inzage": attested.inzage,
            "inzage_date": attested.inzage_date.isoformat() if attested.inzage_date else "",
            "toestemming": attested.toestemming,
        },
        "session_id": str(context.session_id) if context.session_id else "",
        "receiver_oin": context.receiver_oin or "",
        "link_key": str(context.link_key) if context.link_key else "",
    }


def address_fields(address: Address) -> Fields:
    """Return the fields of an Address."""
    whose = address.organisation
    return {
        "brin" if isinstance(whose, Brin) else "swv": whose,
        "vestiging": address.vestiging or "",
        "routing_key": address.routing_key or "",
        "aanleverpunt": address.aanleverpunt or "",
    }


def _sender_of(message: AddressMessage) -> Address:
    if message.aanleverpunt:  # a sender's delivery point is its routing key
        raise Refused(Reason.FIELD_INVALID, field="sender.aanleverpunt")
    return address_of(message, "sender")


def _version_of(text: str) -> Namespace | None:
    return Namespace.parse(text, "service_version") if text else None


def _optional_id_of(text: str, field: str) -> UUID | None:
    return parse_message_id(text, field) if text else None
