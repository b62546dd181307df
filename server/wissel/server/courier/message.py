"""A message on its way through the courier: one value from the signature to the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.query import Asker
from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.exchange.fetching.links import Link
from wissel.routing.signing.trusted_path import TrustedPath
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.courier.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParty:
    """Who calls: the party as deciding sees it.

    `recheck` checks its certificate and role again and raises `Refused` if it
    would not be let in any more.
    """

    asker: Asker
    recheck: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A call that brings a message, in the slot that it has.

    It ends at `deadline`, in seconds on the event loop's clock.
    """

    sender: SendingParty
    stream: RequestStream
    timeline: Timeline
    slot: Slot
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose signature has been verified, with the stream that its payload comes from.

    `signed` is the header as the sender signed it, `digest` the SHA-256 of its
    signed bytes and `path` the signer's certificates. The delivery ends at
    `deadline`, in seconds on the event loop's clock. `link` is the one that a
    terugkoppeling names, if there is such a one.
    """

    sender: SendingParty
    signed: dossier_pb2.Signed
    header: EnvelopeHeader
    digest: bytes
    path: TrustedPath
    stream: RequestStream
    timeline: Timeline
    slot: Slot
    deadline: float
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that may travel, and the route that it has on the facts of this moment."""

    message: Message
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A delivered message with its receipts; `replayed` if it had been delivered before."""

    delivery: Delivery
    replayed: bool


Decide = Callable[[Message], Route]
"""Decides where a message goes, on the facts in memory (step 3); raises `Refused`."""
