"""The method of MandateService that lasts: it tells what becomes of mandates."""

from contextlib import aclosing

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.server.rpc.calls.call import Context, caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.services.mandates.copying import CopiedMandates
from wissel.server.rpc.services.mandates.watching.feed import Feed
from wissel.server.rpc.services.mandates.watching.watch import Watch, beginning_of


class WatchedMandates(CopiedMandates):
    """Watching mandates."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self._feed = Feed(backend.register, backend.follower)

    async def WatchMandates(  # type: ignore[override] # the stubs know generators alone
        self, request: pb.WatchMandatesRequest, context: Context
    ) -> None:
        """Tell what becomes of mandates until somebody ends it.

        It writes its answers and does not yield them: so a call that is cancelled while
        its caller takes nothing gives its place back at once.
        """
        beginning = beginning_of(request)
        with self._backend.watches.counted(caller().oin):
            async with self._feed.joined():
                watch = Watch(self._backend, self._feed, current())
                async with aclosing(watch.responses(beginning)) as responses:
                    async for response in responses:
                        await context.write(response)
