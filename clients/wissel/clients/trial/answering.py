"""The LAS of the test school: it takes each test message, and answers with one (R7).

It is a vendor's like any other, with an OIN and a certificate of its own. It keeps no
payload. An answer goes to the school and the system that the message came from, and
to nobody else: before it is sent the hub is asked where it would go.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wissel.clients.errors import WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.las.message import IncomingMessage, Las, RefuseMessage
from wissel.clients.sending.outbox import Outbox
from wissel.clients.trial import answer_id
from wissel.clients.trial.dossiers import made_up
from wissel.clients.trial.ledger import KEPT, Ledger, Received, TooMany
from wissel.routing.exchange.envelope import Kind
from wissel.routing.facts import TEST_ROUTING_KEY, TEST_SCHOOL

AT_ONCE: Final = 4
"""How many answers are sent at once."""
TRIED_FOR: Final = dt.timedelta(hours=1)
"""For how long an answer is tried again that could not be delivered."""
_FIRST: Final = dt.timedelta(seconds=5)
_MOST: Final = dt.timedelta(minutes=10)
_LOOK: Final = 60.0  # seconds: so often is looked for what is due, and for what is forgotten
_INITIATOR: Final = "test-las-answer"
_LOG: Final = logging.getLogger("wissel.test_las")


class ElsewhereError(WisselError):
    """An answer would not go to the system that the test message came from."""


class TestLas(Las):
    """Takes test messages, and remembers in `ledger` that they are to be answered.

    `arrived` is called from any thread when there is something to answer.
    """

    __test__ = False  # no test, whatever pytest makes of its name
    software = "wissel-test-las"

    def __init__(
        self, ledger: Ledger, arrived: Callable[[], object], now: Callable[[], dt.datetime]
    ) -> None:
        self._ledger = ledger
        self._arrived = arrived
        self._now = now

    def accept(self, message: IncomingMessage) -> None:
        """Remember a message, and nothing of its payload but the digest.

        What answers one of our answers is taken, and not answered: two systems that both
        answer would never end.
        """
        context = message.context
        if context.receiver.organisation != TEST_SCHOOL or message.routing_key != TEST_ROUTING_KEY:
            raise RefuseMessage("NOT_THE_TEST_SCHOOL", f"This LAS is that of {TEST_SCHOOL} alone.")
        related = context.correlation_id
        if related is not None and self._ledger.sent_as_answer(related):
            return
        try:
            self._ledger.add(
                Received(
                    sender_oin=context.sender_oin,
                    message_id=context.message_id,
                    sha256=message.sha256,
                    service=context.service,
                    place=context.sender.place,
                    routing_key=context.sender.routing_key or "",
                    answer_id=answer_id(context.sender_oin, context.message_id),
                    arrived=self._now(),
                )
            )
        except TooMany as many:
            text = f"The test LAS answers at most {many.what}; send a new one later."
            raise RefuseMessage("TEST_LIMIT", text) from None
        self._arrived()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Sends the answers that are due, over `hub`, whose outbox is the folder `outbox`."""

    hub: AsyncHub
    ledger: Ledger
    outbox: Path
    now: Callable[[], dt.datetime]

    async def run(self, arrived: asyncio.Event) -> None:
        """Answer until cancelled, whenever something has arrived or is due; no error ends it."""
        while True:
            arrived.clear()
            rest = _LOOK
            try:
                rest = await self._round()
            except Exception:  # noqa: BLE001 - what ends here is not started again
                _LOG.exception("the answers that are due are tried later")
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await arrived.wait()

    async def _round(self) -> float:
        """Send what is due, and forget what is old; return for how many seconds to rest."""
        while due := await asyncio.to_thread(self.ledger.due, self.now(), AT_ONCE):
            await asyncio.gather(*(self._answer(each) for each in due))
        await asyncio.to_thread(self._forget)
        return await asyncio.to_thread(self._rest)

    async def _answer(self, received: Received) -> None:
        try:
            await self._send(received)
        except WisselError as error:
            old = self.now() - received.arrived >= TRIED_FOR
            if old or isinstance(error, ElsewhereError):
                _LOG.warning("%s is not answered: %s", received.message_id, error)
                self.ledger.answered(received)
            else:
                wait = min(_MOST, _FIRST * 2**received.attempts)
                _LOG.info("%s is answered later: %s", received.message_id, error)
                self.ledger.later(received, self.now() + wait)
        else:
            _LOG.info("%s is answered with %s", received.message_id, received.answer_id)
            self.ledger.answered(received)

    async def _send(self, received: Received) -> None:
        """Send the answer to a message.

        1. Its route leads to the party that sent the message: `ElsewhereError`. Who
           has a mandate of the same school for another system is a third party.
        2. It goes to the delivery point of that route, and to no other.
        """
        # 1.
        place = {"receiver_routing_key": received.routing_key} if received.routing_key else {}
        route = await self.hub.resolve(
            sender=TEST_SCHOOL, receiver=received.place, service=received.service, **place
        )
        if route.receiver_oin != received.sender_oin:
            message = f"{received.place} receives by another system than the one that sent it"
            raise ElsewhereError(message)
        # 2.
        await self.hub.send(
            made_up(Kind.OVERSTAP),
            sender=TEST_SCHOOL,
            receiver=received.place,
            service=received.service,
            message_id=received.answer_id,
            receiver_routing_key=route.routing_key,
            correlation_id=received.message_id,
            initiator=_INITIATOR,
            lifetime=dt.timedelta(days=1),
        )

    def _rest(self) -> float:
        """Return for how many seconds nothing is due, at most `_LOOK`, and at least one."""
        due = self.ledger.next_due()
        until = _LOOK if due is None else (due - self.now()).total_seconds()
        return min(max(until, 1.0), _LOOK)

    def _forget(self) -> None:
        now = self.now()
        self.ledger.forget(now)
        Outbox(self.outbox).forget(now - KEPT)
