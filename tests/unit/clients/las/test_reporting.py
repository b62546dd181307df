"""Outcomes are told once the hub takes them, in bounds, and never hold up a receipt."""

import logging
from collections.abc import Sequence
from uuid import UUID

import grpc
import pytest

from support.eventually import eventually_async
from wissel.clients.errors import ReceiptUntrusted, Refused, Unreachable
from wissel.clients.las.message import Became
from wissel.clients.las.reporting import MOST, Reporter
from wissel.clients.testing.cast import NOORD
from wissel.routing.exchange.outcome import OutcomeResult

ID = UUID(int=7)
REJECTED = Became(result=OutcomeResult.REJECTED, rules=("OVa.LL12",))
AT_ONCE = (0.0,) * 4


def refused(reason: str) -> Refused:
    return Refused(reason, "no", code=grpc.StatusCode.FAILED_PRECONDITION)


class Hub:
    """Fails as often as it is told to, then takes the outcome."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls: list[tuple[UUID, str, str, tuple[str, ...]]] = []

    async def report(
        self, message_id: UUID, sender: str, result: str, rules: Sequence[str]
    ) -> None:
        self.calls.append((message_id, sender, result, tuple(rules)))
        if self.failures:
            raise self.failures.pop(0)


async def settled(reporter: Reporter) -> None:
    await eventually_async(lambda: reporter.waiting, "it is told", until=lambda left: left == 0)


@pytest.mark.parametrize(
    "failure",
    [
        refused("OUTCOME_NOT_EXPECTED"),
        refused("DELIVERY_NOT_FOUND"),
        ReceiptUntrusted("RECEIPT_INVALID", "none yet"),
        Unreachable("hub:1", "no answer"),
    ],
)
async def test_it_waits_until_the_hub_has_the_receipt(failure: Exception) -> None:
    hub = Hub(failure, failure)
    reporter = Reporter(hub.report, AT_ONCE)

    reporter.tell(ID, NOORD.oin, REJECTED)
    await settled(reporter)

    assert hub.calls == [(ID, NOORD.oin, "REJECTED", ("OVa.LL12",))] * 3


async def test_what_is_refused_for_good_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    hub = Hub(refused("OUTCOME_OUTDATED"))
    reporter = Reporter(hub.report, AT_ONCE)

    reporter.tell(ID, NOORD.oin, REJECTED)
    await settled(reporter)

    assert len(hub.calls) == 1
    assert "OUTCOME_OUTDATED" in caplog.text


async def test_it_gives_up_in_the_end_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    hub = Hub(*[refused("DELIVERY_NOT_FOUND")] * 9)
    reporter = Reporter(hub.report, AT_ONCE)

    reporter.tell(ID, NOORD.oin, REJECTED)
    await settled(reporter)

    assert len(hub.calls) == len(AT_ONCE)
    assert "report it by hand" in caplog.text


async def test_without_a_hub_the_log_tells(caplog: pytest.LogCaptureFixture) -> None:
    Reporter(None).tell(ID, NOORD.oin, REJECTED)

    assert "no hub was given" in caplog.text


async def test_no_more_wait_than_the_bound(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    reporter = Reporter(Hub().report, (3600.0,))
    for _ in range(MOST + 1):
        reporter.tell(ID, NOORD.oin, REJECTED)

    assert reporter.waiting == MOST
    assert "others wait" in caplog.text
    await reporter.close()
    assert reporter.waiting == 0
