"""The caller of a stream is judged again while it runs (design.md#identity)."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from wissel.routing.refusals.errors import Refused
from wissel.server.rpc.calls.call import Call


class StreamReauth:
    """Ends the stream of the current task once `check` refuses its caller.

    gRPC keeps an open channel alive after its certificate has expired, and
    knows nothing of revocation. `check` is called every `every_seconds` while
    the block lasts. If it raises `Refused`, the task is cancelled, and
    `call.ended` holds the refusal with which to end the call.
    """

    def __init__(self, call: Call, check: Callable[[], None], every_seconds: float) -> None:
        self._call = call
        self._check = check
        self._every = every_seconds
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        self._timer = self._loop.call_later(self._every, self._again)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _again(self) -> None:
        try:
            self._check()
        except Refused as refused:
            self._call.ended = refused
            if self._task is not None:
                self._task.cancel()
            return
        self._timer = self._loop.call_later(self._every, self._again)
