"""A refusal of a LAS says on the wire what errors.md says of its reason."""

from typing import NoReturn

import grpc
import pytest

from wissel.clients import Refused as Told
from wissel.clients.las.refusing import refuse
from wissel.clients.transport.status_errors import translate
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason


class Ended(Exception):
    """The call has ended, with this status."""

    def __init__(self, status: grpc.Status) -> None:
        super().__init__()
        self.status = status


class Call:
    """A call of which only the status counts."""

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        raise Ended(status)


async def told(refused: Refused) -> Told:
    """Return what our SDK reads in the status of a refusal."""
    with pytest.raises(Ended) as ended:
        await refuse(Call(), refused)
    status = ended.value.status
    trailing = grpc.aio.Metadata(*status.trailing_metadata)
    error = grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), trailing, status.details)
    found = translate(error, "las.example:8443")
    assert isinstance(found, Told)
    return found


async def test_it_names_the_field_at_fault() -> None:
    found = await told(Refused(Reason.FIELD_REQUIRED, field="created_time"))

    assert ("FIELD_REQUIRED", "created_time") == (found.reason, found.field)


@pytest.mark.parametrize("reason", Reason)
async def test_it_tells_the_delay_of_its_reason(reason: Reason) -> None:
    assert CATALOGUE[reason].retry_seconds == (await told(Refused(reason))).retry_after


async def test_it_tells_a_delay_of_its_own() -> None:
    found = await told(Refused(Reason.RECEIVER_FAILED, retry_after=2.5))

    assert found.retry_after == 2.5
