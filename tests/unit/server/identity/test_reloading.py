"""Files that are renewed: all of a group at once, or what was good stays."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from support.builders.pki import Identity, Pki
from support.eventually import eventually_async
from support.worlds.hub import files_of
from wissel.clients.testing.cast import HUB, ZUID
from wissel.server.identity.expiry import AHEAD, Expiry
from wissel.server.identity.files import HubFiles

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
METRIC = "wissel_certificate_expires_timestamp_seconds"


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path)


@pytest.fixture
def files(pki: Pki) -> HubFiles:
    return files_of(issue(pki), [], lambda: pki.now)


def issue(pki: Pki, oin: str = HUB.oin) -> Identity:
    return pki.issue("hub", oin=oin)


def test_nothing_is_made_anew_while_nothing_changes(files: HubFiles, pki: Pki) -> None:
    tls, signer = files.tls.current, files.signer.current

    files.refresh(pki.now)

    assert files.tls.current is tls
    assert files.signer.current is signer


def test_a_renewed_pair_is_taken(files: HubFiles, pki: Pki) -> None:
    renewed = issue(pki)

    files.refresh(pki.now)

    assert renewed.chain_der == files.signer.current.chain
    assert renewed.certificate.read_bytes() == files.tls.current.chain
    assert renewed.key.read_bytes() == files.tls.current.key


def _other_key(pki: Pki, own: Identity) -> None:
    own.key.write_bytes(pki.issue("other").key.read_bytes())


def _broken_key(_: Pki, own: Identity) -> None:
    own.key.write_bytes(own.key.read_bytes()[:60])


def _open_key(pki: Pki, own: Identity) -> None:
    issue(pki).key.chmod(0o644)


def _broken_certificate(_: Pki, own: Identity) -> None:
    own.certificate.write_text("-----BEGIN CERTIFICATE-----\nAAAA")


def _no_certificate(_: Pki, own: Identity) -> None:
    own.certificate.unlink()


@pytest.mark.parametrize(
    "damage", [_other_key, _broken_key, _open_key, _broken_certificate, _no_certificate]
)
def test_while_it_is_broken_the_last_good_pair_stays(
    pki: Pki, damage: Callable[[Pki, Identity], None]
) -> None:
    own = issue(pki)
    files = files_of(own, [], lambda: pki.now)
    tls, signer = files.tls.current, files.signer.current

    with capture_logs() as lines:
        damage(pki, own)
        for _ in range(3):
            files.refresh(pki.now)

    assert files.tls.current is tls
    assert files.signer.current is signer
    told = [line["of"] for line in lines if line["event"] == "files_not_renewed"]
    assert sorted(told) == ["signing", "tls"]
    own.key.unlink(missing_ok=True)
    renewed = issue(pki)
    files.refresh(pki.now)
    assert files.signer.current.chain == renewed.chain_der


def test_the_hub_never_signs_as_somebody_else(files: HubFiles, pki: Pki) -> None:
    issue(pki, ZUID.oin)

    files.refresh(pki.now)

    assert files.signer.current.oin == HUB.oin


def test_a_signer_that_we_could_not_verify_is_not_taken(files: HubFiles, pki: Pki) -> None:
    signer = files.signer.current
    pki.issue("hub", oin=HUB.oin, future=True)

    files.refresh(pki.now)

    assert files.signer.current is signer


def test_broken_roots_stay_as_they_were(files: HubFiles, pki: Pki) -> None:
    tls = files.tls.current
    pki.roots.write_text("nothing")

    files.refresh(pki.now)

    assert files.tls.current is tls
    assert files.signer.refresh() is False


async def test_files_are_looked_at_again_and_again(files: HubFiles, pki: Pki) -> None:
    rounds: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    metrics = CollectorRegistry()

    def clock() -> dt.datetime:
        loop.call_soon_threadsafe(rounds.put_nowait, None)
        return pki.now

    task = asyncio.create_task(files.keep_fresh(clock, metrics, 0))
    await rounds.get()
    renewed = pki.issue("hub", oin=HUB.oin, not_after=pki.now + 90 * DAY)
    end = renewed.leaf.not_valid_after_utc.timestamp()
    await eventually_async(
        lambda: [metrics.get_sample_value(METRIC, {"use": use}) for use in ("tls", "signing")],
        "the renewed certificate is in use for both",
        until=lambda ends: ends == [end] * 2,
    )
    task.cancel()

    assert renewed.chain_der == files.signer.current.chain


@pytest.mark.parametrize(
    ("before_end", "warned"),
    [
        (AHEAD + DAY, False),
        (AHEAD + SECOND, False),
        (AHEAD, True),
        (DAY, True),
        (-DAY, True),
    ],
)
def test_an_end_is_warned_of_thirty_days_ahead(before_end: dt.timedelta, warned: bool) -> None:
    end = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)
    expiry = Expiry({"tls": lambda: end}, CollectorRegistry())

    with capture_logs() as lines:
        expiry.report(end - before_end)

    assert [line["use"] for line in lines] == ["tls"] * warned


def test_the_warning_comes_once_a_day_until_it_is_renewed() -> None:
    ends = [dt.datetime(2026, 12, 31, tzinfo=dt.UTC)]
    expiry = Expiry({"signing": lambda: ends[-1]}, CollectorRegistry())
    began = ends[0] - 10 * DAY

    with capture_logs() as lines:
        for hours in (0, 1, 23, 24, 25, 47, 48):
            expiry.report(began + dt.timedelta(hours=hours))
        ends.append(ends[0] + 365 * DAY)
        expiry.report(began + 3 * DAY)

    assert [line["days"] for line in lines] == [10, 9, 8]
