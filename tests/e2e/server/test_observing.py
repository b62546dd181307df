"""What dashboard, alerts and handbook name is what a hub shows, with one worker and with two."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.eventually import eventually_async
from support.fakes.las import refusing
from support.paths import ROOT
from support.processes.fleet import Fleet, running_fleet
from support.processes.hub_process import Place, serving
from support.processes.processes import free_port
from support.worlds.underway import connected, send
from wissel.clients.errors import Refused
from wissel.clients.hub import AsyncHub
from wissel.clients.transport.retry import IMPATIENT
from wissel.routing.exchange.delivery import State
from wissel.routing.refusals.reasons import Reason

DOCS: Final = ROOT / "docs"
HANDBOOK: Final = (DOCS / "operations.md").read_text()
DASHBOARD: Final = (DOCS / "grafana" / "wissel.json").read_text()
ALERTS: Final = (DOCS / "grafana" / "alerts.yml").read_text()
NAME: Final = re.compile(r"\bwissel_[a-z_]+[a-z]\b")
SUFFIXES: Final = re.compile(r"_(total|bucket|sum|count)$")


@pytest.fixture(scope="module", params=[1, 2], ids=["alone", "workers"])
def fleet(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Fleet]:
    place = Place.make(tmp_path_factory.mktemp("hub"))
    if request.param == 2:
        with running_fleet(place) as running:
            yield running
        return
    port = free_port()
    with serving(place, WISSEL_METRICS_LISTEN=f"127.0.0.1:{port}") as hub:
        yield Fleet(hub=hub, port=port)


@asynccontextmanager
async def exchanged(fleet: Fleet) -> AsyncIterator[int]:
    """Have one message delivered and one refused; yields the size of the first."""
    outbox = fleet.hub.place.folder / "outbox"
    async with (
        connected(fleet.hub) as (sender, las),
        AsyncHub(fleet.hub.address, sender.identity, outbox=outbox, patience=IMPATIENT) as hub,
    ):
        receipt = await send(hub)
        las.behave = refusing("FULL")
        with pytest.raises(Refused):
            await send(hub)
        yield receipt.size


def named(text: str) -> set[str]:
    return {SUFFIXES.sub("", name) for name in NAME.findall(text)}


def shown(fleet: Fleet) -> dict[str, dict[tuple[str, ...], float]]:
    """Return each metric of ours with its samples, by their labels."""
    families = text_string_to_metric_families(fleet.get("/metrics")[1])
    return {
        family.name: {
            (sample.name.removeprefix(family.name), *sorted(sample.labels.values())): sample.value
            for sample in family.samples
        }
        for family in families
        if family.name.startswith("wissel_") and not family.name.endswith("_created")
    }


def both_counted(metrics: dict[str, dict[tuple[str, ...], float]]) -> bool:
    """Whether the ends of both deliveries, and the time that they took, are counted."""
    ends = metrics["wissel_deliveries"]
    return {("_total", "", "DELIVERED"), ("_total", "RECEIVER_REFUSED", "REFUSED")} <= set(
        ends
    ) and ("_total", "transfer") in metrics["wissel_forward_step_seconds"]


async def test_each_metric_is_shown_and_each_that_is_shown_is_explained(fleet: Fleet) -> None:
    async with exchanged(fleet) as size:
        metrics = await eventually_async(
            lambda: shown(fleet), "both deliveries are counted", until=both_counted
        )

    alone = not any(name.startswith("wissel_worker_") for name in metrics)
    here = {
        name
        for text in (HANDBOOK, DASHBOARD, ALERTS)
        for name in named(text)
        if not (alone and name.startswith("wissel_worker_"))
    }
    assert here == named(HANDBOOK) & here == set(metrics)
    assert not [name for name, samples in metrics.items() if not samples]
    deliveries = metrics["wissel_deliveries"]
    assert 2 == deliveries["_total", "", "ACCEPTED"]
    assert 1 == deliveries["_total", "", "DELIVERED"]
    assert 1 == deliveries["_total", "RECEIVER_REFUSED", "REFUSED"]
    assert size == metrics["wissel_delivered_bytes"]["_total",]
    assert 0 <= metrics["wissel_transfers_under_way"]["",] <= 2
    assert 0 == metrics["wissel_deliveries_uncertain"]["",]
    assert 0 <= metrics["wissel_register_staleness_seconds"]["",] < 5
    assert 4 <= metrics["wissel_journal_wait_seconds"]["_count",]
    assert 0 < metrics["wissel_forward_step_seconds"]["_total", "transfer"]


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads(DASHBOARD)

    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    places = [tuple(panel["gridPos"][name] for name in "xy") for panel in panels]
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(numbers) == len(set(numbers))
    assert len(places) == len(set(places))
    for panel in panels:
        assert panel["title"]
        assert all("$instance" in target["expr"] for target in panel["targets"])
        assert {"${datasource}"} == {target["datasource"]["uid"] for target in panel["targets"]}


@pytest.mark.parametrize("text", [DASHBOARD, ALERTS], ids=["dashboard", "alerts"])
def test_reasons_and_states_are_ours(text: str) -> None:
    reasons = re.findall(r'reason=\\?"(\w+)', text)
    states = re.findall(r'state!?=~?\\?"([A-Z|]+)', text)

    assert set(reasons) <= set(Reason)
    assert {state for each in states for state in each.split("|")} <= set(State)
    assert states
