"""A hub serves, tells its health and stops, whatever becomes of the reader of its log."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from support.processes.hub_process import HubProcess, Place, serving

ENOUGH_CALLS = 1500
"""Calls of which the lines fill a pipe of 64 KiB several times over."""


@pytest.fixture(params=[1, 2], ids=["one-process", "two-workers"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubProcess]:
    with serving(Place.make(tmp_path), WISSEL_WORKERS=str(request.param)) as running:
        yield running


def call(hub: HubProcess, times: int) -> None:
    for _ in range(times):
        assert hub.world.desk.hub.whoami().registered


def test_a_log_that_nobody_reads_holds_up_neither_calls_nor_the_end(hub: HubProcess) -> None:
    hub.process.stop_reading()

    call(hub, ENOUGH_CALLS)
    hub.process.signal(signal.SIGTERM)

    assert 0 == hub.process.exit_code()


def test_a_log_whose_reader_has_gone_holds_up_neither_calls_nor_the_end(hub: HubProcess) -> None:
    hub.process.stop_reading()
    call(hub, 100)
    hub.process.hang_up()

    call(hub, 100)
    hub.process.signal(signal.SIGTERM)

    assert 0 == hub.process.exit_code()


def test_a_reader_that_comes_back_reads_on(tmp_path: Path) -> None:
    with serving(Place.make(tmp_path)) as hub:
        hub.process.stop_reading()
        call(hub, 100)
        hub.process.read_on()
        hub.process.signal(signal.SIGTERM)

        assert 0 == hub.process.ended()
        assert hub.process.output.endswith("wissel-server: stopped\n")


def test_a_stranger_makes_lines_of_the_same_format_alone(tmp_path: Path) -> None:
    with serving(Place.make(tmp_path)) as hub:
        host, _, port = hub.address.rpartition(":")
        for _ in range(3):
            with socket.create_connection((host, int(port))) as line:
                line.sendall(b"GET / HTTP/1.1\r\n\r\n")
                line.recv(1024)
        hub.process.signal(signal.SIGTERM)

        assert 0 == hub.process.ended()
        lines = [each for each in hub.process.output.splitlines() if "wissel-server" not in each]
        assert all(orjson.loads(each)["event"] for each in lines)
