"""A hub with a portal, and what it does for persons whose tokens brokers of the tests sign."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.broker import Broker, bearer
from support.worlds import small_world
from support.worlds.hub import Hub, running_hub
from wissel.clients.testing.cast import PORTAL
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.routing.facts import Fact, Party, Role

OWN: Final = "99XA"
"""The school of board 99001, for which a good token is."""
FOREIGN: Final = "99XB"
"""One of board 99002."""
PORTAL_PARTY: Final = Party(oin=PORTAL.oin, name=PORTAL.title, role=Role.PORTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalWorld:
    """The small world behind a hub, with a portal and two brokers."""

    hub: Hub
    broker: Broker
    second: Broker
    portal: Stubs

    async def give(self, brin: str = OWN, *, token: str = "", **more: Any) -> mandate.Mandate:
        """Give a mandate as the person of a token, by default a good one; return it."""
        answer = await self.portal.mandates.CreateMandate(
            mandate_request(brin, **more), metadata=bearer(token or self.broker.token())
        )
        return answer.mandate  # type: ignore[no-any-return]  # the stubs are untyped

    async def refused(self, call: Any, request: Any, token: str = "") -> grpc.aio.AioRpcError:
        """Make a call as the person of a token; return why it is refused, or fail."""
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call(request, metadata=bearer(token or self.broker.token()))
        return error.value


def mandate_request(brin: str = OWN, **more: Any) -> mandate.CreateMandateRequest:
    """Return the request for a mandate to las-zuid for OSO_OV, but for what is said."""
    asked: dict[str, Any] = {"brin": brin, "service": "OSO_OV", "system_id": "las-zuid"}
    return mandate.CreateMandateRequest(**(asked | more))


@asynccontextmanager
async def portal_world(
    folder: Path, *, facts: Sequence[Fact] = (), **more: Any
) -> AsyncIterator[PortalWorld]:
    """Run a hub in the small world with a portal, and with these facts as well."""
    broker, second = Broker(), Broker("eherkenning", "PS256")
    known = [*small_world.small(), PORTAL_PARTY, *facts]
    async with running_hub(folder, facts=known, brokers=[broker, second], **more) as hub:
        yield PortalWorld(hub=hub, broker=broker, second=second, portal=Stubs(hub, "portal"))
