"""A hub on a developer's machine, with its own certificates, trusted nowhere else, and database."""

import datetime as dt
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from wissel.routing.values.identifiers import Oin
from wissel.server.identity import pki
from wissel.server.issuers import Issuer
from wissel.server.settings import Settings
from wissel.server.store.migrate import migrate

HUB: Final = "hub"
OPERATOR: Final = "operator"
TEST_LAS: Final = "test-las"
PLAYERS: Final = {
    HUB: Oin("00000003990000000000"),
    OPERATOR: Oin("00000003990000010000"),
    "duo": Oin("00000001800866472000"),
    "noord": Oin("00000003990000030000"),
    "zuid": Oin("00000003990000040000"),
    "portal": Oin("00000003990000060000"),
    TEST_LAS: Oin("00000003990000070000"),
}
"""Made-up parties, but for DUO, which owns services; only the operator is known to the hub."""


COMMAND: Final = "wissel"
LOGIN_BROKER: Final = "oidc-provider-mock"
PORTAL_CLIENT: Final = "portal"
SIGNING_ROLE: Final = "Tekenbevoegd"
_TOKEN_SECONDS: Final = 600


@contextmanager
def login_broker(folder: Path) -> Iterator[str]:
    """Run a login broker for development while the block lasts; yields its address.

    Its output is in `issuer.log` in `folder`. The address is empty where the broker is
    not installed (extra `testing`).
    """
    port = _free_port()
    arguments = ["--port", str(port), "--token-max-age", str(_TOKEN_SECONDS)]
    with _beside(LOGIN_BROKER, arguments, folder / "issuer.log") as runs:
        yield f"http://127.0.0.1:{port}" if runs else ""


@contextmanager
def test_las(folder: Path, settings: Settings) -> Iterator[None]:
    """Run the LAS of the test school while the block lasts, where the settings say.

    It is a process of its own, as the hub holds no key of a vendor. Its output is in
    `test-las.log` in `folder`. Without the command `wissel` (extra `cli`) nobody answers.
    """
    certificates = folder / "pki"
    arguments = [
        *("--server", settings.listen),
        *("--certificate", str(certificates / f"{TEST_LAS}.pem")),
        *("--key", str(certificates / f"{TEST_LAS}.key")),
        *("--trust-roots", str(certificates / f"{pki.ROOT}.pem")),
        *("--hub-oin", PLAYERS[HUB]),
        *("las", "test-school", "--listen", settings.test_las_url.removeprefix("https://")),
        *("--storage", str(folder / TEST_LAS)),
    ]
    with _beside(COMMAND, arguments, folder / "test-las.log"):
        yield


@contextmanager
def _beside(command: str, arguments: Sequence[str], log: Path) -> Iterator[bool]:
    """Run a command of the installation, if it is there, while the block lasts; yields whether."""
    beside = Path(sys.executable).parent / command
    found = str(beside) if beside.exists() else shutil.which(command)
    if found is None:
        yield False
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a command of the installation
            [found, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            yield True
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def issuer_settings(address: str) -> dict[str, Any]:
    """Return the settings with which a hub trusts a login broker for development."""
    return {
        "alias": "development",
        "url": address,
        "jwks_url": f"{address}/jwks",
        "token": "id",
        "clients": {PORTAL_CLIENT: PLAYERS["portal"]},
        "signing_roles": [SIGNING_ROLE],
        "development": True,
    }


def prepare(folder: Path, listen: str, broker: str, now: dt.datetime) -> Settings:
    """Make the certificates and the database that `folder` lacks; return the hub's settings.

    `listen` is `host:port`, `broker` the address of a login broker or empty, `now` an
    aware instant. Raises `PkiError`,
    `KeyFileError`, and what `migrate` raises.
    """
    certificates = folder / "pki"
    if not (certificates / f"{pki.ROOT}.pem").exists():
        pki.init(certificates, now)
    for name, oin in PLAYERS.items():
        if not (certificates / f"{name}.pem").exists():
            pki.issue(certificates, name, oin=oin, now=now)
    settings = Settings(
        listen=listen,
        data_dir=folder / "data",
        tls_certificate=certificates / f"{HUB}.pem",
        tls_key=certificates / f"{HUB}.key",
        trust_roots=certificates / f"{pki.ROOT}.pem",
        signing_certificate=certificates / f"{HUB}.pem",
        signing_key=certificates / f"{HUB}.key",
        operators=(PLAYERS[OPERATOR],),
        private_addresses=True,
        test_las_oin=PLAYERS[TEST_LAS],
        test_las_url=f"https://localhost:{_free_port()}",
        issuers=tuple(Issuer.model_validate(issuer_settings(each)) for each in [broker] if each),
    )
    migrate(settings.database)
    return settings


def instructions(folder: Path, settings: Settings) -> str:
    """Return the shell commands with which to call the hub as its operator."""
    certificates = folder / "pki"
    return "\n".join(
        [
            "A development hub. In another terminal:",
            "",
            f"  export WISSEL_SERVER={settings.listen}",
            f"  export WISSEL_CERTIFICATE={certificates / OPERATOR}.pem",
            f"  export WISSEL_KEY={certificates / OPERATOR}.key",
            f"  export WISSEL_TRUST_ROOTS={certificates / pki.ROOT}.pem",
            "  wissel whoami",
            "",
            f"The certificates of {', '.join(PLAYERS)} are in {certificates}.",
            "",
            *_for_portals(certificates, settings),
        ]
    )


def _for_portals(certificates: Path, settings: Settings) -> list[str]:
    if not settings.issuers:
        return ["For portals and their persons: pip install 'wissel[testing]'", ""]
    register = f"wissel party register {PLAYERS['portal']} --name Portal --role PORTAL"
    return [
        "To act for a board, as its portal does, with the token of a person:",
        "",
        f"  {register} --reason 'to try it'",
        f"  wissel token --issuer {settings.issuers[0].url} --board 99001 --out token",
        f"  export WISSEL_CERTIFICATE={certificates}/portal.pem",
        f"  export WISSEL_KEY={certificates}/portal.key",
        "  wissel whoami --token-file token",
        "",
    ]
