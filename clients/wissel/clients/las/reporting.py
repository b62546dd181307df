"""Tells the hub what became of messages, once it has recorded their delivery."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from wissel.clients.errors import ReceiptUntrusted, Refused, Unreachable, WisselError
from wissel.clients.las.message import Became
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

Report: TypeAlias = Callable[[UUID, Oin, str, Sequence[str]], Awaitable[object]]
"""Tells what became of a message: its id, its sender's OIN, the result, ids of rules.

`AsyncHub.report_outcome` is one.
"""

MOST: Final = 1_000
"""Outcomes that may wait; of one more the log tells, and it is not reported."""
WAITS: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds before each attempt: the hub records the delivery after it has our receipt."""

_LOG: Final = logging.getLogger("wissel.las")
_NOT_YET: Final = frozenset({Reason.OUTCOME_NOT_EXPECTED.value, Reason.DELIVERY_NOT_FOUND.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    message_id: UUID
    sender_oin: Oin
    became: Became


class Reporter:
    """Reports outcomes in the background; what waits when the LAS stops is not reported."""

    def __init__(self, report: Report | None, waits: Sequence[float] = WAITS) -> None:
        self._report = report
        self._waits = waits
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, message_id: UUID, sender_oin: Oin, became: Became) -> None:
        """Report what became of a message, as soon as the hub takes it."""
        if self._report is None:
            _LOG.warning("outcome of %s is not reported: no hub was given", message_id)
        elif len(self._tasks) >= MOST:
            _LOG.warning("outcome of %s is not reported: %s others wait", message_id, MOST)
        else:
            told = _Told(message_id=message_id, sender_oin=sender_oin, became=became)
            task = asyncio.create_task(self._until_taken(told, self._report))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def waiting(self) -> int:
        """How many outcomes are not reported yet."""
        return len(self._tasks)

    async def close(self) -> None:
        """Stop reporting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_taken(self, told: _Told, report: Report) -> None:
        became = told.became
        for seconds in self._waits:
            await asyncio.sleep(seconds)
            try:
                await report(told.message_id, told.sender_oin, became.result.value, became.rules)
            except (Unreachable, ReceiptUntrusted):  # no receipt at the hub yet
                continue
            except Refused as refused:
                if refused.reason in _NOT_YET or refused.retry_after is not None:
                    continue
                _LOG.warning("outcome of %s is refused: %s", told.message_id, refused)
                return
            except WisselError as error:
                _LOG.warning("outcome of %s cannot be reported: %s", told.message_id, error)
                return
            else:
                return
        _LOG.warning("outcome of %s was not taken; report it by hand", told.message_id)
