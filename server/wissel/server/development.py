"""A hub on a developer's machine, with its own certificates, trusted nowhere else, and database."""

import datetime as dt
from pathlib import Path
from typing import Final

from wissel.routing.values.identifiers import Oin
from wissel.server.identity import pki
from wissel.server.settings import Settings
from wissel.server.store.migrate import migrate

HUB: Final = "hub"
OPERATOR: Final = "operator"
PLAYERS: Final = {
    HUB: Oin("00000003990000000000"),
    OPERATOR: Oin("00000003990000010000"),
    "duo": Oin("00000003990000020000"),
    "noord": Oin("00000003990000030000"),
    "zuid": Oin("00000003990000040000"),
    "portal": Oin("00000003990000060000"),
}
"""Made-up parties; only the operator is known to the hub."""


def prepare(folder: Path, listen: str, now: dt.datetime) -> Settings:
    """Make the certificates and the database that `folder` lacks; return the hub's settings.

    `listen` is `host:port`, `now` an aware instant. Raises `PkiError`,
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
        ]
    )
