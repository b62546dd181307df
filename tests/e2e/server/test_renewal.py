"""The files of a serving process are replaced: it takes them into use by itself."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from support.eventually import eventually
from support.processes.fleet import Fleet, running_fleet
from support.processes.hub_process import HubProcess, Place, serving
from wissel.clients import Refused
from wissel.server.identity import pki

METRIC = "wissel_certificate_expires_timestamp_seconds"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.make(tmp_path)


@pytest.fixture
def fleet(place: Place) -> Iterator[Fleet]:
    with running_fleet(place) as fleet:
        yield fleet


def test_both_ends_are_a_metric_that_follows_a_renewal_in_all_workers(fleet: Fleet) -> None:
    before = _end(fleet.hub.place)
    _shown(fleet, before)

    fleet.hub.place.renew()
    for _ in range(4):  # two workers, two uses
        fleet.hub.process.line_with("files_renewed")
    after = _end(fleet.hub.place)
    assert after > before

    _shown(fleet, after)
    assert fleet.hub.world.desk.hub.whoami().registered


def test_a_new_list_is_taken_into_use(place: Place) -> None:
    keys = place.folder / "pki"
    crl = place.folder / "leaves.crl"
    now = dt.datetime.now(dt.UTC)
    pki.write_crl(keys, crl, [], now)
    with serving(place, WISSEL_CRLS=str(crl)) as hub:
        assert hub.world.desk.hub.whoami().registered

        operator = x509.load_pem_x509_certificate((keys / "operator.pem").read_bytes())
        pki.write_crl(keys, crl, [operator], now)
        hub.process.line_with("revocation_list_read")

        assert _refused(hub) == "CERTIFICATE_REVOKED"


def _shown(fleet: Fleet, end: float) -> None:
    """Wait until the parent shows this end for both uses."""
    eventually(
        lambda: fleet.samples(METRIC),
        f"both certificates end at {end}",
        until=lambda ends: ends == [end] * 2,
    )


def _refused(hub: HubProcess) -> str:
    with pytest.raises(Refused) as caught:
        hub.world.desk.hub.whoami()
    return caught.value.reason


def _end(place: Place) -> float:
    own = x509.load_pem_x509_certificate((place.folder / "pki" / "hub.pem").read_bytes())
    return own.not_valid_after_utc.timestamp()
