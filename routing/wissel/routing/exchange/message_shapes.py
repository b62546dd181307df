"""Protocols for the generated classes of `wissel.dossier.v1`, which this layer may not import.

The fields are described there.
"""
# ruff: noqa: N802, D102 - names of methods are protobuf's; the contract describes the fields

from collections.abc import Sequence
from typing import Protocol, Self


class WireMessage(Protocol):
    """The methods that every generated class has."""

    @classmethod
    def FromString(cls, s: bytes, /) -> Self:
        """Parse bytes, or raise an error of protobuf's own."""
        ...

    def ByteSize(self) -> int:
        """Return the size on the wire, unknown fields included."""
        ...

    def DiscardUnknownFields(self) -> None:
        """Remove unknown fields, at every depth."""
        ...


class Moment(Protocol):
    """A Timestamp."""

    seconds: int
    nanos: int


class AddressMessage(Protocol):
    """An Address."""

    brin: str
    swv: str
    vestiging: str
    routing_key: str
    aanleverpunt: str


class AttestationMessage(Protocol):
    """An Attestation."""

    inzage: bool
    inzage_date: str
    toestemming: str


class ContextMessage(WireMessage, Protocol):
    """An EnvelopeContext."""

    message_id: str
    hub_oin: str
    sender_oin: str
    service: str
    service_version: str
    overdrachtsoort: str
    content_type: str
    content_encoding: str
    correlation_id: str
    initiator: str
    session_id: str
    receiver_oin: str
    link_key: str

    @property
    def created_time(self) -> Moment: ...
    @property
    def expire_time(self) -> Moment: ...
    @property
    def sender(self) -> AddressMessage: ...
    @property
    def receiver(self) -> AddressMessage: ...
    @property
    def attestation(self) -> AttestationMessage: ...


class HeaderMessage(WireMessage, Protocol):
    """An EnvelopeHeader."""

    context: bytes
    payload_size: int
    payload_sha256: bytes


class StampMessage(WireMessage, Protocol):
    """A RouteStamp."""

    hub_oin: str
    sender_oin: str
    receiver_oin: str
    message_id: str
    header_digest: bytes
    routing_key: str
    endpoint_id: str
    registry_revision: int
    attempt: int

    @property
    def issued_time(self) -> Moment: ...
    @property
    def expire_time(self) -> Moment: ...


class ReceiptMessage(WireMessage, Protocol):
    """The fields that both receipts have."""

    role: str
    signer_oin: str
    hub_oin: str
    sender_oin: str
    receiver_oin: str
    message_id: str
    header_digest: bytes
    payload_size: int
    payload_sha256: bytes


class ReceiverReceiptMessage(ReceiptMessage, Protocol):
    """A ReceiverReceipt."""

    stamp_digest: bytes

    @property
    def received_time(self) -> Moment: ...


class HubReceiptMessage(ReceiptMessage, Protocol):
    """A HubReceipt."""

    sender_mandate_id: str
    receiver_mandate_id: str
    endpoint_id: str
    registry_revision: int
    receiver_receipt_digest: bytes
    revocation_stale: bool
    test: bool

    @property
    def delivered_time(self) -> Moment: ...


class SignatureMessage(Protocol):
    """A Signature."""

    @property
    def sig(self) -> bytes: ...
    @property
    def chain(self) -> Sequence[bytes]: ...


class SignedMessage(Protocol):
    """A Signed."""

    @property
    def payload(self) -> bytes: ...
    @property
    def payload_type(self) -> str: ...
    @property
    def signatures(self) -> Sequence[SignatureMessage]: ...


class OrderMessage(WireMessage, Protocol):
    """A ProvideOrder."""

    hub_oin: str
    session_id: str
    source_oin: str
    requester_oin: str
    overdrachtsoort: str
    search_key: bytes
    link_key: str
    source_key_id: str
    requester_key_id: str

    @property
    def source(self) -> AddressMessage: ...
    @property
    def requester(self) -> AddressMessage: ...
    @property
    def if_collected_after(self) -> Moment: ...
    @property
    def accepted_versions(self) -> Sequence[str]: ...
    @property
    def issued_time(self) -> Moment: ...
    @property
    def expire_time(self) -> Moment: ...


class AcceptanceMessage(WireMessage, Protocol):
    """An AgreementAcceptance."""

    hub_oin: str
    agreement_id: str
    kind: str
    text_version: str
    language: str
    counterparty: str
    document_sha256: bytes
    privacy_notice_sha256: bytes
    board_number: str
    swv: str
    party_oin: str
    start_date: str
    issuer: str
    subject: str
    level: str
    caller_oin: str
    caller_certificate_sha256: bytes

    @property
    def authenticated_time(self) -> Moment: ...
    @property
    def accepted_time(self) -> Moment: ...


class OutcomeMessage(WireMessage, Protocol):
    """A DeliveryOutcome."""

    hub_oin: str
    sender_oin: str
    signer_oin: str
    message_id: str
    header_digest: bytes
    receipt_digest: bytes
    result: str

    @property
    def rule_ids(self) -> Sequence[str]: ...

    @property
    def outcome_time(self) -> Moment: ...


class SystemKeyMessage(WireMessage, Protocol):
    """A SystemKey."""

    hub_oin: str
    system_id: str
    key_id: str
    public_key: bytes

    @property
    def start_time(self) -> Moment: ...
    @property
    def end_time(self) -> Moment: ...
