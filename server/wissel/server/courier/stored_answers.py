"""What the journal answers to a message that it knows already."""

from wissel.routing.exchange.delivery_moves import stored_answer
from wissel.server.courier.message import Forwarded, Message
from wissel.server.courier.ports import Clock, Journal


class StoredAnswers:
    """Looks up what became of messages."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def find(self, message: Message) -> Forwarded | None:
        """Return the stored receipts, or None if the message may be tried.

        Raises `Refused` as `stored_answer` does, such as MESSAGE_ID_REUSED.
        """
        context = message.header.context
        delivery = await self._journal.find(context.sender_oin, context.message_id)
        delivered = stored_answer(delivery, message.digest, self._clock())
        return None if delivered is None else Forwarded(delivery=delivered, replayed=True)
