"""Makes the signed header of a dossier: what the sender says about it, its size and digest."""

import datetime as dt
import getpass
import hashlib
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict
from uuid import UUID

from wissel.clients.addressing import parse_address
from wissel.clients.errors import DossierUnusable
from wissel.clients.identity import Material
from wissel.clients.sending.dossier import DossierFacts, read_dossier
from wissel.clients.sending.entry import Entry
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.envelope import (
    Attestation,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
    parse_attestation,
    parse_initiator,
)
from wissel.routing.exchange.messages import context_fields, header_fields
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.signing.dsse import ENVELOPE_HEADER
from wissel.routing.values.identifiers import (
    Namespace,
    Oin,
    ServiceCode,
)

LIFETIME: Final = dt.timedelta(days=7)
_PIECE: Final = 1024 * 1024


class SendOptions(TypedDict, total=False):
    """The options of `send`, beside file, sender, receiver and service.

    kind: overdrachtsoort; by default read from the file.
    inzage_date: the day on which the parents saw the dossier; by default read
        from the file. Required for a file that cannot be read as a dossier.
    toestemming: `Ja`, `Nee` or `Onbekend`; by default read from the file.
    sender_routing_key: the delivery point that sends, 20 characters; required
        within one BRIN.
    receiver_routing_key, receiver_aanleverpunt: the delivery point that receives.
    version: namespace of the service version; by default the receiver's latest.
    initiator: pseudonym of the account that ordered it, 8 to 64 of `A-Za-z0-9_-`
        and no nine digits by themselves; by default derived from the account of
        this process.
    correlation_id: the same UUID in messages that belong together.
    link_key: the link that a `terugkoppeling` is about, as its notification told; only
        for that kind, and required for it.
    content_type: media type; by default derived from the file.
    lifetime: how long after now the message expires, at most 30 days; by default 7.
    """

    kind: str
    inzage_date: dt.date
    toestemming: str
    sender_routing_key: str
    receiver_routing_key: str
    receiver_aanleverpunt: str
    version: str
    initiator: str
    correlation_id: UUID
    link_key: UUID
    content_type: str
    lifetime: dt.timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The size of a file in bytes, and its SHA-256 (32 bytes)."""

    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A signed message that is ready to be sent.

    `note` is a sentence on what the SDK had to assume, empty for nothing.
    """

    entry: Entry
    context: EnvelopeContext
    note: str


def measure(path: Path, progress: Callable[[int, int], None] | None = None) -> Measured:
    """Return size and digest of a file, which is read once, in constant memory.

    `progress` gets the bytes read and the bytes in all. Raises `DossierUnusable`
    for a file that is missing, unreadable or empty.
    """
    try:
        total, size, digest = path.stat().st_size, 0, hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                if progress is not None:
                    progress(size, total)
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise DossierUnusable(message) from None
    if not size:
        message = f"{path}: the file is empty"
        raise DossierUnusable(message)
    return Measured(size=size, sha256=digest.digest())


def compose(  # noqa: PLR0913 - the parts of an envelope
    path: Path,
    *,
    sender: str,
    receiver: str,
    service: str,
    options: SendOptions,
    hub_oin: Oin,
    material: Material,
    message_id: UUID,
    now: dt.datetime,
) -> Envelope:
    """Return the signed message about the file at `path`; nothing is sent or written.

    For the arguments see `AsyncHub.send`; `now` is an aware instant. Raises
    `DossierUnusable`, and `wissel.routing.refusals.errors.Refused` for an argument
    that is not well formed, with its name as the field.
    """
    facts = _facts(path, options)
    measured = measure(path)
    context = EnvelopeContext(
        message_id=message_id,
        created=now,
        expires=now + options.get("lifetime", LIFETIME),
        hub_oin=hub_oin,
        sender_oin=material.oin,
        sender=parse_address(sender, "sender", routing_key=options.get("sender_routing_key", "")),
        receiver=parse_address(
            receiver,
            "receiver",
            routing_key=options.get("receiver_routing_key", ""),
            aanleverpunt=options.get("receiver_aanleverpunt", ""),
        ),
        service=ServiceCode.parse(service, "service"),
        version=Namespace.parse(options["version"], "version") if "version" in options else None,
        kind=facts.kind,
        content_type=options.get("content_type", facts.content_type),
        initiator=parse_initiator(options.get("initiator") or account_pseudonym(), "initiator"),
        correlation_id=options.get("correlation_id"),
        attestation=_attestation(facts, options),
        link_key=_link_key(path, facts.kind, options),
    )
    entry = Entry(
        message_id=message_id,
        hub_oin=hub_oin,
        path=_absolute(path),
        payload_size=measured.size,
        payload_sha256=measured.sha256.hex(),
        signed_header=signed_header(context, measured.size, measured.sha256, material),
    )
    return Envelope(entry=entry, context=context, note=facts.note)


def account_pseudonym() -> str:
    """Return a pseudonym of the account of this process on this machine: always the same."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # no such user, as in some containers
        account = "unknown"
    digest = hashlib.sha256(f"{platform.node()}\0{account}".encode(errors="surrogateescape"))
    return f"account-{digest.hexdigest()[:24]}"


def _facts(path: Path, options: SendOptions) -> DossierFacts:
    try:
        facts = read_dossier(path)
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise DossierUnusable(message) from None
    if "kind" not in options:
        return facts
    return DossierFacts(
        kind=_kind(options["kind"]),
        attestation=facts.attestation,
        content_type=facts.content_type,
    )


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except OSError as error:  # the working directory was removed
        message = f"{path}: {error.strerror}"
        raise DossierUnusable(message) from None


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        known = ", ".join(Kind)
        message = f"{text!r} is no overdrachtsoort; there are: {known}"
        raise DossierUnusable(message) from None


def _link_key(path: Path, kind: Kind, options: SendOptions) -> UUID | None:
    key = options.get("link_key")
    if (kind is Kind.FEEDBACK) is not (key is not None):
        needed = "needs the link key of what it answers (link_key, --link-key-file)"
        message = f"{path}: a {kind} {needed if key is None else 'has no link key'}"
        raise DossierUnusable(message)
    return key


def _attestation(facts: DossierFacts, options: SendOptions) -> Attestation:
    read = facts.attestation
    date = options.get("inzage_date", read.inzage_date)
    return parse_attestation(
        read.inzage or date is not None, date, options.get("toestemming", read.toestemming)
    )


def signed_header(context: EnvelopeContext, size: int, sha256: bytes, material: Material) -> bytes:
    """Return the header of a payload of this size and digest, serialized and signed."""
    header = EnvelopeHeader(context=context, payload_size=size, payload_sha256=sha256)
    inner = pb.EnvelopeContext(**context_fields(context)).SerializeToString(deterministic=True)
    payload = pb.EnvelopeHeader(**header_fields(header, inner)).SerializeToString(
        deterministic=True
    )
    signed = material.signer.sign(payload, ENVELOPE_HEADER)
    return pb.Signed(**signed_fields(signed)).SerializeToString(deterministic=True)
