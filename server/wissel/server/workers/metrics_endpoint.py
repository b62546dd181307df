"""The metrics of several workers, added up by their parent."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from wissel.server.workers.parent import Parent

_CALLS: Final = "wissel_calls_total"


class WorkerMetrics(Collector):
    """Collects the metrics of all workers, added up, and a few of each worker.

    Each worker writes to a folder in `folder`, named by its number. The files of
    its earlier processes stay there, so that counters never go back.
    """

    def __init__(self, folder: Path, parent: Parent) -> None:
        self._folder = folder
        self._parent = parent

    def collect(self) -> Iterable[Metric]:
        """Yield every metric."""
        yield from _merged(self._folder.glob("*/*.db"))
        labels = ["worker"]
        serving = GaugeMetricFamily("wissel_worker_serving", "1 if it serves.", labels=labels)
        restarts = CounterMetricFamily(
            "wissel_worker_restarts", "Times that it was started again.", labels=labels
        )
        calls = CounterMetricFamily("wissel_worker_calls", "Finished calls.", labels=labels)
        for state in self._parent.states():
            name = str(state.worker)
            serving.add_metric([name], float(state.serves))
            restarts.add_metric([name], state.restarts)
            calls.add_metric([name], self._calls(name))
        yield from (serving, restarts, calls)

    def _calls(self, worker: str) -> float:
        metrics = _merged((self._folder / worker).glob("counter_*.db"))
        samples = (sample for metric in metrics for sample in metric.samples)
        return sum(sample.value for sample in samples if sample.name == _CALLS)


def registry_of(folder: Path, parent: Parent) -> CollectorRegistry:
    """Return the registry with the metrics of all workers, whose files are in `folder`."""
    registry = CollectorRegistry()
    registry.register(WorkerMetrics(folder, parent))
    return registry


def _merged(files: Iterable[Path]) -> list[Metric]:
    merged: Iterable[Metric] = MultiProcessCollector.merge(  # type: ignore[no-untyped-call]
        [str(file) for file in files]
    )
    return list(merged)
