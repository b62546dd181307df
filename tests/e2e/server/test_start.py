"""What keeps a hub from starting is one sentence, said before anything is served."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from support.builders.pki import Pki
from support.eventually import eventually
from support.processes.hub_process import Place
from support.processes.processes import run, spawn
from wissel.clients.processes import command
from wissel.clients.testing.cast import HUB, NOORD

USAGE: Final = 2
UNREACHABLE: Final = 3
ENDED: Final = 128 + signal.SIGTERM


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.make(tmp_path)


def said(place: Place, *arguments: str, **settings: str) -> tuple[int, str]:
    """Return the exit code and what a command said."""
    environ = {**place.environ, **settings}
    return run(["wissel-server", *arguments], environ=environ, cwd=place.folder)


def certificate(place: Place, make: Callable[[Pki], object]) -> dict[str, str]:
    """Return the settings of a hub that has a PKI of tests, with a certificate of its own kind."""
    pki = Pki.create(place.folder / "test-pki")
    make(pki)
    own = pki.issue("signing", oin=HUB.oin)
    return {
        "WISSEL_TRUST_ROOTS": str(pki.roots),
        "WISSEL_SIGNING_CERTIFICATE": str(own.certificate),
        "WISSEL_SIGNING_KEY": str(own.key),
        "WISSEL_TLS_CERTIFICATE": str(pki.folder / "tls.pem"),
        "WISSEL_TLS_KEY": str(pki.folder / "tls.key"),
    }


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda pki: pki.issue("tls", oin=HUB.oin, expired=True), "CERTIFICATE_EXPIRED"),
        (lambda pki: pki.issue("tls", oin=HUB.oin, ekus=()), "extended key usage"),
        (lambda pki: pki.issue("tls", oin=HUB.oin, key="P-521"), "its key is EC secp521r1"),
        (lambda pki: pki.issue("tls", oin=HUB.oin, key="RSA-1024"), "its key is RSA-1024"),
        (lambda pki: pki.issue("tls", oin=NOORD.oin), f"is of OIN {NOORD.oin}"),
        (lambda pki: pki.issue("tls", oins=()), "OIN_MISSING"),
    ],
    ids=["expired", "usage", "P-521", "RSA-1024", "another", "no OIN"],
)
@pytest.mark.parametrize("what", ["serve", "check"])
def test_a_certificate_that_no_client_accepts_is_named(
    place: Place, make: Callable[[Pki], object], told: str, what: str
) -> None:
    settings = certificate(place, make)

    code, words = said(place, what, **settings)

    assert USAGE == code
    assert words.startswith("wissel-server: WISSEL_TLS_CERTIFICATE")
    assert settings["WISSEL_TLS_CERTIFICATE"] in words
    assert told in words
    assert 1 == words.count("\n")


def test_a_check_says_all_that_is_wrong_and_serves_nothing(place: Place) -> None:
    keys = place.folder / "pki"

    code, words = said(
        place,
        "check",
        WISSEL_TLS_CERTIFICATE=str(keys / "noord.pem"),
        WISSEL_DATABASE_URL=f"sqlite:///{place.folder / 'absent' / 'registry.db'}",
    )

    assert USAGE == code
    assert 2 == words.count("wissel-server: ")
    assert "noord.pem" in words
    assert "run: wissel-server migrate" in words


def test_a_check_of_a_hub_that_can_start(place: Place) -> None:
    code, words = said(place, "check")

    told = "wissel-server: nothing keeps a hub with these settings from starting\n"
    assert (0, told) == (code, words)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_host_of_which_a_part_is_taken_is_not_served(place: Place, workers: str) -> None:
    with socket.socket(socket.AF_INET) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, words = said(
            place, "serve", WISSEL_LISTEN=f"localhost:{port}", WISSEL_WORKERS=workers
        )

    assert UNREACHABLE == code
    assert f"WISSEL_LISTEN localhost:{port} cannot be served on: 127.0.0.1 port {port}" in words
    assert "is taken by another program" in words


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_keep_nobody_from_serving(place: Place, closed: str) -> None:
    script = f"exec {command('wissel-server')} serve {closed}"
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    number = listener.getsockname()[1]
    listener.close()
    environ = {**place.environ, "WISSEL_LISTEN": f"127.0.0.1:{number}"}
    with spawn(["/bin/sh", "-c", script], environ=environ, cwd=place.folder) as hub:
        _connected(number)
        hub.signal(signal.SIGTERM)

        assert 0 == hub.exit_code()


def _connected(port: int) -> None:
    def connect() -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", port)) == 0

    eventually(connect, "the hub serves")


def test_a_signal_before_anything_is_loaded_ends_the_command(place: Place) -> None:
    code = (
        "import os, signal, sys\n"
        "import wissel.server\n"
        "sys.argv = ['wissel-server', 'serve']\n"
        "sys.meta_path.insert(0, type('Early', (), {'find_spec': staticmethod("
        "lambda name, *_: os.kill(os.getpid(), signal.SIGTERM)"
        " if name == 'wissel.server.__main__' else None)}))\n"
        "wissel.server.main()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **place.environ},
        cwd=place.folder,
        check=False,
        timeout=60,
    )

    assert ENDED == done.returncode


def test_what_the_dates_of_a_certificate_say_is_said(place: Place) -> None:
    settings = certificate(place, lambda pki: pki.issue("tls", oin=HUB.oin, expired=True))

    _, words = said(place, "check", **settings)

    today = dt.datetime.now(dt.UTC).date()
    assert str(today.year) in words
