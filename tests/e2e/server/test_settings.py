"""`wissel-server serve` with settings that are good, missing or wrong."""

import asyncio
import datetime as dt
import http.client
import json
import socket
from pathlib import Path
from typing import Any

import grpc
import pytest
from bench.bare import channel
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.eventually import LONGEST_WAIT
from support.fakes.las import failing
from support.processes.hub_process import Place, serving
from support.processes.processes import free_port, run, spawn
from support.worlds.underway import connected, send
from wissel.clients.errors import Refused
from wissel.clients.hub import AsyncHub
from wissel.clients.testing.cast import OPERATOR
from wissel.clients.transport.retry import IMPATIENT
from wissel.server.identity.pki import issue

USAGE = 2
UNREACHABLE = 3


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.make(tmp_path)


def test_all_missing_settings_are_named_at_once(tmp_path: Path) -> None:
    code, said = run(["wissel-server", "serve"], cwd=tmp_path)

    assert USAGE == code
    names = ("TLS_CERTIFICATE", "TLS_KEY", "TRUST_ROOTS", "SIGNING_CERTIFICATE", "SIGNING_KEY")
    assert [] == [name for name in names if f"WISSEL_{name} is missing" not in said]
    assert 1 == len(said.splitlines())


def test_a_wrong_setting_is_named_beside_a_missing_one(place: Place) -> None:
    wrong = {
        "OPERATORS": "4711",
        "GRACE_SECONDS": "-1",
        "SWEEP_SECONDS": "0",
        "KEEP_DELIVERIES_DAYS": "32",
    }
    environ = {**place.environ, **{f"WISSEL_{name}": value for name, value in wrong.items()}}
    del environ["WISSEL_TLS_KEY"]

    code, said = run(["wissel-server", "serve"], environ=environ, cwd=place.folder)

    assert USAGE == code
    assert "WISSEL_OPERATORS: '4711' is not an OIN" in said
    assert "WISSEL_GRACE_SECONDS: " in said
    assert "WISSEL_SWEEP_SECONDS: " in said
    assert "WISSEL_KEEP_DELIVERIES_DAYS: " in said
    assert "WISSEL_TLS_KEY is missing" in said


@pytest.mark.parametrize("name", ["WISSEL_TLS_KEY", "WISSEL_SIGNING_KEY"])
def test_a_key_that_others_may_read_is_refused(place: Place, name: str) -> None:
    key = place.folder / "open.key"
    key.write_bytes(Path(place.environ[name]).read_bytes())
    key.chmod(0o644)

    code, said = run(
        ["wissel-server", "serve"], environ={**place.environ, name: str(key)}, cwd=place.folder
    )

    assert USAGE == code
    assert f"{key}: everybody on this machine has rights on this key (mode 0644)" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "name",
    [
        "WISSEL_TLS_CERTIFICATE",
        "WISSEL_TLS_KEY",
        "WISSEL_SIGNING_CERTIFICATE",
        "WISSEL_SIGNING_KEY",
        "WISSEL_TRUST_ROOTS",
    ],
)
def test_a_file_that_is_not_there_is_named(place: Place, name: str) -> None:
    absent = str(place.folder / "absent.pem")

    code, said = run(
        ["wissel-server", "serve"], environ={**place.environ, name: absent}, cwd=place.folder
    )

    assert USAGE == code
    assert absent in said
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", ["TLS", "SIGNING"])
@pytest.mark.parametrize("content", ["another key", "no key"])
def test_a_key_that_is_not_of_its_certificate_is_said(
    place: Place, kind: str, content: str
) -> None:
    key = place.folder / "pki" / "root.key"
    if content == "no key":
        key.write_text("-----BEGIN NOTHING-----\n")

    code, said = run(
        ["wissel-server", "serve"],
        environ={**place.environ, f"WISSEL_{kind}_KEY": str(key)},
        cwd=place.folder,
    )

    assert USAGE == code
    assert f"WISSEL_{kind}_KEY and WISSEL_{kind}_CERTIFICATE: " in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_said(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"

        code, said = run(
            ["wissel-server", "serve"],
            environ={**place.environ, "WISSEL_LISTEN": listen},
            cwd=place.folder,
        )

    assert UNREACHABLE == code
    assert f"wissel-server: WISSEL_LISTEN {listen} cannot be served on" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("empty", [False, True], ids=["absent", "empty"])
def test_a_database_that_was_not_migrated_is_said_with_its_fix(
    tmp_path: Path, *, empty: bool
) -> None:
    place = Place.make(tmp_path, migrated=False)
    if empty:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "registry.db").touch()

    code, said = run(["wissel-server", "serve"], environ=place.environ, cwd=tmp_path)

    assert USAGE == code
    assert "run: wissel-server migrate" in said
    assert "Traceback" not in said


def test_migrate_makes_a_database_that_can_be_served(tmp_path: Path) -> None:
    place = Place.make(tmp_path, migrated=False)

    for _ in range(2):
        code, said = run(["wissel-server", "migrate"], environ=place.environ, cwd=tmp_path)
        assert (0, "wissel-server: the database is up to date\n") == (code, said)

    with serving(place) as hub:
        assert hub.world.desk is not None


def test_a_toml_file_serves_and_a_variable_overrides_it(place: Place) -> None:
    config = place.folder / "wissel.toml"
    lines = [
        f'{name.removeprefix("WISSEL_").lower()} = "{value}"'
        for name, value in place.environ.items()
    ]
    config.write_text("\n".join(lines).replace('"127.0.0.1:0"', '"nowhere.invalid:1"'))

    with spawn(
        ["wissel-server", "serve", "--config", str(config)],
        environ={"WISSEL_LISTEN": "127.0.0.1:0"},
        cwd=place.folder,
    ) as hub:
        assert hub.line_with("serving on 127.0.0.1:")


def test_a_toml_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, said = run(["wissel-server", "serve", "--config", "absent.toml"], cwd=tmp_path)

    assert USAGE == code
    assert "WISSEL_CONFIG: absent.toml: No such file or directory" in said


def test_a_word_that_is_no_setting_is_named(place: Place) -> None:
    config = place.folder / "wissel.toml"
    config.write_text('lisen = "127.0.0.1:0"\n')

    code, said = run(
        ["wissel-server", "serve", "--config", str(config)], environ=place.environ, cwd=place.folder
    )

    assert USAGE == code
    assert f"{config}: lisen is no setting; did you mean listen?" in said


async def test_a_hub_takes_as_many_connections_as_is_set(place: Place) -> None:
    pki = place.folder / "pki"
    with serving(place, WISSEL_MAX_CONNECTIONS="1") as hub:
        async with (
            channel(hub.address, pki, "hub", own=True) as first,
            channel(hub.address, pki, "hub", own=True) as second,
        ):
            one: Any = health_pb2_grpc.HealthStub(first)
            await one.Check(health_pb2.HealthCheckRequest())
            other: Any = health_pb2_grpc.HealthStub(second)

            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await other.Check(health_pb2.HealthCheckRequest())

    assert grpc.StatusCode.UNAVAILABLE is refused.value.code()


@pytest.mark.parametrize(
    ("name", "proxies", "refused"),
    [
        ("MAX_CONNECTIONS_PER_OIN", "", True),
        ("MAX_CONNECTIONS_PER_ADDRESS", "", True),
        ("MAX_CONNECTIONS_PER_ADDRESS", "127.0.0.0/8,::1", False),
    ],
)
async def test_a_party_and_an_address_have_as_many_connections_as_is_set(
    place: Place, name: str, proxies: str, *, refused: bool
) -> None:
    """One: of the first, which is idle, the second takes the place."""
    pki, settings = place.folder / "pki", {f"WISSEL_{name}": "1", "WISSEL_PROXY_ADDRESSES": proxies}
    issue(pki, OPERATOR.name, oin=OPERATOR.oin, now=dt.datetime.now(dt.UTC))
    with serving(place, **settings) as hub:
        async with (
            channel(hub.address, pki, OPERATOR.name, own=True) as first,
            channel(hub.address, pki, OPERATOR.name, own=True) as second,
        ):
            one: Any = health_pb2_grpc.HealthStub(first)
            await one.Check(health_pb2.HealthCheckRequest())
            other: Any = health_pb2_grpc.HealthStub(second)
            watch = other.Watch(health_pb2.HealthCheckRequest())
            await watch.read()

            state = first.get_state()
            if refused:
                async with asyncio.timeout(LONGEST_WAIT):
                    await first.wait_for_state_change(state)

            assert refused == (first.get_state() is not grpc.ChannelConnectivity.READY)
            assert second.get_state() is grpc.ChannelConnectivity.READY
            watch.cancel()


async def test_a_hub_sweeps_as_often_as_is_set(place: Place) -> None:
    with serving(place, WISSEL_SWEEP_SECONDS="0.1") as hub:
        outbox = place.folder / "outbox"
        async with (
            connected(hub) as (sender, las),
            AsyncHub(hub.address, sender.identity, outbox=outbox, patience=IMPATIENT) as calls,
        ):
            las.behave = failing(grpc.StatusCode.INTERNAL)
            with pytest.raises(Refused):
                await send(calls)
            settled = await asyncio.to_thread(hub.process.line_with, "delivery_settled")
            [resumed] = await calls.resume()

    assert resumed.receipt
    assert resumed.receipt.replayed
    assert str(resumed.entry.message_id) == json.loads(settled)["message_id"]


def test_metrics_are_served_on_their_own_port(place: Place) -> None:
    port = free_port()
    with serving(place, WISSEL_METRICS_LISTEN=f"127.0.0.1:{port}"):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()

    assert 200 == answer.status
    assert "# TYPE wissel_" in text
