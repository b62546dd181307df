"""`wissel connect` and `wissel mandate watch`: nobody types anything, and messages arrive (R10)."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from support.eventually import eventually
from support.processes import postgres
from support.processes.fleet import running_fleet
from support.processes.hub_process import Place
from support.processes.postgres_hubs import place_on
from support.processes.processes import Running, free_port, run, spawn
from wissel.clients import Hub, Refused, Unreachable
from wissel.clients.testing import TestingHub, running_hub, running_issuer
from wissel.clients.testing.desk import BOARD
from wissel.clients.testing.hub import Vendor
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

NOORD: Final = "00000003990000770000"
ZUID: Final = "00000003990000780000"


def environ(hub: TestingHub, vendor: Vendor, server: str = "") -> dict[str, str]:
    return {
        "HOME": str(hub.folder),
        "WISSEL_SERVER": server or hub.server,
        "WISSEL_CERTIFICATE": str(vendor.certificate),
        "WISSEL_KEY": str(vendor.key),
        "WISSEL_TRUST_ROOTS": str(hub.roots),
    }


@contextmanager
def connecting(hub: TestingHub, vendor: Vendor, *more: str) -> Iterator[Running]:
    url = f"https://{vendor.name}.example:8443"
    asked = ("--service", "OSO_OV", "--url", url, "--suffix", "00931", "--json")
    with spawn(
        ["wissel", "connect", *asked, *more], environ=environ(hub, vendor), cwd=hub.folder
    ) as running:
        yield running


def connected(running: Running) -> dict[str, Any]:
    """Wait for the next thing that it does."""
    done: dict[str, Any] = json.loads(running.line_with('"what"'))
    return done


def resolved(hub: Hub) -> str:
    """The URL of the route from 99XA to 99XB, or why there is none."""
    try:
        return hub.resolve(sender="99XA", receiver="99XB", service="OSO_OV").url
    except (Refused, Unreachable) as error:
        return getattr(error, "reason", "UNREACHABLE")


def give(portal: Hub, brin: str, vendor: Vendor) -> str:
    request = pb.CreateMandateRequest(brin=brin, service="OSO_OV", system_id=vendor.system_id)
    given = portal.call(lambda c: MandateServiceStub(c).CreateMandate, request)
    return given.mandate.mandate_id


def test_a_board_gives_a_mandate_and_a_route_is_there_until_the_board_ends_it() -> None:
    with running_issuer() as issuer, running_hub(issuer=issuer) as hub:
        noord, zuid = hub.vendor("noord", oin=NOORD), hub.vendor("zuid", oin=ZUID)
        board = hub.acting(hub.portal(), issuer.token(boards=[BOARD]))
        for place in ("99XA", "99XB"):
            hub.desk.school(place)
        sender = hub.open(noord)
        with connecting(hub, noord) as one, connecting(hub, zuid) as other:
            before = resolved(sender)
            give(board, "99XA", noord)
            mandate = give(board, "99XB", zuid)
            done = [connected(one), connected(other)]
            route = resolved(sender)
            ending = pb.EndMandateRequest(mandate_id=mandate, immediately=True)
            board.call(lambda c: MandateServiceStub(c).EndMandate, ending)
            after = resolved(sender)
            ended = connected(other)

    assert "MANDATE_MISSING" == before
    assert ["CONNECTED", "CONNECTED"] == [each["what"] for each in done]
    assert "https://zuid.example:8443" == route
    assert "RECEIVER_NOT_CONNECTED" == after
    assert ("ENDED", mandate) == (ended["what"], ended["mandate_id"])


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_it_goes_on_over_restarts_of_the_hub_and_its_own(tmp_path: Path, engine: str) -> None:
    place = (
        Place.make(tmp_path)
        if engine == "sqlite"
        else place_on(postgres.fresh_database(), tmp_path)
    )
    listen = f"127.0.0.1:{free_port()}"
    with running_fleet(place, WISSEL_LISTEN=listen) as fleet:
        world = fleet.hub.world
        zuid = world.vendor("zuid", oin=ZUID)
        for number in "ABCD":
            world.desk.school(f"99X{number}")
        with connecting(world, zuid) as running:
            world.desk.mandate("99XA", "OSO_OV", zuid.system_id)
            told = [connected(running)["brin"]]
            os.kill(fleet.pids()[0], signal.SIGKILL)
            fleet.hub.process.line_with("worker 0 serves as process ")
            world.desk.mandate("99XB", "OSO_OV", zuid.system_id)
            told.append(connected(running)["brin"])
    with running_fleet(place, WISSEL_LISTEN=listen) as fleet:
        world = fleet.hub.world
        world.desk.mandate("99XC", "OSO_OV", zuid.system_id)
        with connecting(world, zuid) as running:
            told.append(connected(running)["brin"])
            running.signal(signal.SIGKILL)
        world.desk.mandate("99XD", "OSO_OV", zuid.system_id)
        with connecting(world, zuid) as running:
            told.append(connected(running)["brin"])
            running.signal(signal.SIGINT)
            code = running.ended()

    assert ["99XA", "99XB", "99XC", "99XD"] == told
    assert 130 == code


def test_a_hub_that_is_away_is_waited_for(tmp_path: Path) -> None:
    place, listen = Place.make(tmp_path), f"127.0.0.1:{free_port()}"
    kept = tmp_path / ".local/state/wissel/connect" / ZUID / "OSO_OV.json"
    with ExitStack() as stack:
        with running_fleet(place, WISSEL_LISTEN=listen) as fleet:
            zuid = fleet.hub.world.vendor("zuid", oin=ZUID)
            fleet.hub.world.desk.school("99XA")
            running = stack.enter_context(connecting(fleet.hub.world, zuid))
            eventually(kept.exists, "it has listed what there is", until=bool)
        with running_fleet(place, WISSEL_LISTEN=listen) as fleet:
            fleet.hub.world.desk.mandate("99XA", "OSO_OV", zuid.system_id)
            done = connected(running)

    assert ("CONNECTED", "99XA") == (done["what"], done["brin"])


def test_once_connects_what_there_is_and_says_what_waits() -> None:
    with running_hub() as hub:
        zuid = hub.vendor("zuid", oin=ZUID)
        for place in ("99XA", "99XB02"):
            hub.desk.mandate(hub.desk.school(place).organisation, "OSO_OV", zuid.system_id)
        asked = ["wissel", "connect", "--service", "OSO_OV", "--once"]
        asked += ["--url", "https://zuid.example", "--suffix", "00931"]
        mine = {"environ": environ(hub, zuid), "cwd": hub.folder}
        points = run([*asked, "--point", "99XB02=00932", "--point", "99XB00=00931"], **mine)  # type: ignore[arg-type] # both
        again = run(asked, **mine)  # type: ignore[arg-type] # both
        wrong = run([*asked[:-1], "00000"], **mine)  # type: ignore[arg-type] # both
        bad_point = run([*asked, "--point", "99XB=1"], **mine)  # type: ignore[arg-type] # both
        hub.desk.mandate("99XA", "RIO", zuid.system_id)
        refused = run([*asked[:2], "--service", "NONE", *asked[4:]], **mine)  # type: ignore[arg-type] # both

    assert 0 == points[0], points
    assert 3 == points[1].count("CONNECTED")
    assert (0, "") == again
    assert 2 == wrong[0] == bad_point[0]
    assert "99XA02=00932" in bad_point[1]
    assert 1 == refused[0]
    assert "SERVICE_NOT_FOUND" in refused[1]


def test_what_becomes_of_mandates_is_told_line_by_line() -> None:
    with running_hub() as hub:
        zuid = hub.vendor("zuid", oin=ZUID)
        hub.desk.school("99XA")
        with (
            spawn(
                ["wissel", "mandate", "watch"], environ=environ(hub, zuid), cwd=hub.folder
            ) as one,
            spawn(
                ["wissel", "mandate", "watch", "--from", "1", "--json"],
                environ=environ(hub, zuid),
                cwd=hub.folder,
            ) as other,
        ):
            one.line_with("from here on")
            mandate = hub.desk.mandate("99XA", "OSO_OV", zuid.system_id)
            line = one.line_with("GIVEN")
            told = json.loads(other.line_with('"mandates": [{'))
        both = run(
            ["wissel", "mandate", "watch", "--from", "1", "--token", "x"],
            environ=environ(hub, zuid),
            cwd=hub.folder,
        )

    assert "99XA OSO_OV las-zuid" in line
    assert line.endswith(mandate)
    assert mandate == told["mandates"][0]["mandate"]["mandate_id"]
    assert 2 == both[0]
