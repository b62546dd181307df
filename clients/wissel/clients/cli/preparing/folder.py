"""Which folder of prepared dossiers a command means, and what it tells of one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wissel.clients.cli.session import Session
from wissel.clients.providing.preparing import Prepared, default_prepared
from wissel.clients.providing.storing.records import PreparedDossier
from wissel.clients.statements.system_keys import KeyFolder

Folder = Annotated[
    Path | None,
    typer.Option(
        "--prepared",
        help="folder of the prepared dossiers; by default $WISSEL_PREPARED/<OIN>, or your "
        "account's",
    ),
]
Keys = Annotated[Path | None, typer.Option(help="folder of your keys; by default your account's")]


def prepared_in(session: Session, folder: Path | None, keys: Path | None) -> Prepared:
    """Return the prepared dossiers that a command means."""
    oin = session.identity().oin
    own = KeyFolder(keys) if keys else KeyFolder.default(oin)
    return Prepared(folder or default_prepared(oin), keys=own)


def facts(dossier: PreparedDossier) -> dict[str, Any]:
    """Return what is shown of a prepared dossier: nothing about the pupil."""
    return {
        "id": str(dossier.dossier_id),
        "sender": dossier.brin,
        "sender_routing_key": dossier.routing_key or "",
        "overdrachtsoort": dossier.kind.value,
        "stage": dossier.stage.value,
        "receivers": [str(each) for each in dossier.receivers],
        "until": dossier.until.isoformat(),
        "held": dossier.held,
        "prepared": dossier.prepared.isoformat(timespec="seconds"),
        "size": dossier.size,
        "sha256": dossier.sha256.hex(),
    }
