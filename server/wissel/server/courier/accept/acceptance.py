"""The first half of a forward: may a message travel, and where to (design.md#forwarding)."""

from dataclasses import replace

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.fetching.links import link_digest
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import ENVELOPE_HEADER, verify
from wissel.server.courier.accept.admission import Admission
from wissel.server.courier.message import Accepted, Forwarded, Incoming, Message
from wissel.server.courier.ports import Clock, Links, PeerTrust, Tables
from wissel.server.courier.receivers.line import key_of
from wissel.server.courier.sharing.gate import ReceiverGate
from wissel.server.courier.stored_answers import StoredAnswers
from wissel.server.courier.timeline import Step
from wissel.server.courier.wire import digest_of, header_in, signed_value


class Acceptance:
    """Takes steps 1 to 4."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        *,
        trust: PeerTrust,
        tables: Tables,
        admission: Admission,
        gate: ReceiverGate,
        answers: StoredAnswers,
        links: Links,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._tables = tables
        self._admission = admission
        self._gate = gate
        self._answers = answers
        self._links = links
        self._clock = clock

    async def accept(self, incoming: Incoming) -> Accepted | Forwarded:
        """Return a message that may travel, or the answer that is stored for it.

        1. The stream begins with a signed header of at most 16 KiB.
        2. The signature holds, signer, sender and TLS peer are one OIN, and the
           payload is no larger than the hub takes.
        3. The message is admitted (see `Admission.route`), a terugkoppeling with the
           link that it names, and its receiver is not one
           that does not answer (see `ReceiverGate.enter`).
        4. If it is not, a stored answer goes before the refusal. Of an admitted
           message it is found by the claim (step 5), in the write that the claim
           makes anyway: reading it here as well would cost each forward a query.

        Raises `Refused`.
        """
        # 1.
        incoming.timeline.begin(Step.HEADER)
        signed = await incoming.stream.header()
        # 2.
        incoming.timeline.begin(Step.VERIFY)
        message = self._verified(signed, incoming)
        try:
            # 3.
            message = await self._linked(message)
            route = self._admission.route(message)
            self._gate.enter(message.slot, key_of(route.url, route.receiver_oin))
            return Accepted(message=message, route=route)
        except Refused:
            # 4.
            stored = await self._answers.find(message)
            if stored is None:
                raise
            return stored

    async def _linked(self, message: Message) -> Message:
        """Return a message with the link that it names, if it names one that is known."""
        key = message.header.context.link_key
        if key is None:
            return message
        return replace(message, link=await self._links.link(link_digest(key)))

    def _verified(self, signed: dossier_pb2.Signed, incoming: Incoming) -> Message:
        paths = self._trust.checking(self._tables.table.revoked)
        verified = verify(signed_value(signed), ENVELOPE_HEADER, paths, self._clock())
        header = header_in(verified.payload)
        caller = incoming.sender.asker.oin
        if header.context.fetched:
            raise Refused(Reason.HEADER_MALFORMED, problem="it was made to be fetched")
        if not verified.signer == header.context.sender_oin == caller:
            raise Refused(Reason.SIGNER_MISMATCH, signer_oin=verified.signer, expected_oin=caller)
        incoming.timeline.header = header
        self._admission.check_size(header)
        return Message(
            sender=incoming.sender,
            signed=signed,
            header=header,
            digest=digest_of(verified.payload),
            path=verified.path,
            stream=incoming.stream,
            timeline=incoming.timeline,
            slot=incoming.slot,
            deadline=incoming.deadline,
        )
