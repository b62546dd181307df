"""`wissel system key`: the keys by which dossiers of pupils are found."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from wissel.clients.cli.output import note, print_json, print_rows, show
from wissel.clients.cli.session import Session, session_of
from wissel.clients.statements.system_keys import KeyFolder, create_key, verified_key
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.system_keys import KeyStatement
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.dsse import SYSTEM_KEY, verify
from wissel.routing.values.days import begin_of, parse_day
from wissel.routing.values.identifiers import Oin, SystemId

app = typer.Typer(help="Keys by which dossiers of pupils are found.", no_args_is_help=True)

Keys = Annotated[Path | None, typer.Option(help="folder of your keys; by default your account's")]
_COLUMNS: Final = {
    "key_id": "KEY",
    "system_id": "SYSTEM",
    "signer_oin": "SIGNER",
    "start_time": "FROM",
    "end_time": "UNTIL",
}
"""The headings, by the names in JSON."""


@app.command()
def create(
    context: typer.Context,
    system: str,
    days: Annotated[int, typer.Option(help="how long it may be used", min=1, max=400)] = 365,
    start: Annotated[str, typer.Option(help="from when, yyyy-mm-dd; by default now")] = "",
    keys: Keys = None,
) -> None:
    """Make a key for a system of yours, sign its public half, and keep both; needs --hub-oin.

    Keep the file until no session uses it any more: without it nothing that was asked
    with this key can be found.
    """
    session = session_of(context)
    session.require("hub_oin")
    identity = session.identity()
    begins, ends = _period(start, days)
    hub_oin, system_id = Oin.parse(session.hub_oin, "hub_oin"), SystemId.parse(system, "system")
    key = create_key(identity.current(), hub_oin, system_id, begins, ends)
    path = _folder(keys, session).keep(key)
    _show(session, [(key.said, identity.oin)])
    note(f"kept in {path}; next: wissel system key register {key.said.key_id}")


@app.command()
def register(context: typer.Context, key_id: UUID, keys: Keys = None) -> None:
    """Give the hub the public half of a key that you made."""
    session = session_of(context)
    key = _folder(keys, session).get(key_id)
    request = pb.RegisterSystemKeyRequest(key=key.signed)
    session.call(lambda c: PartyServiceStub(c).RegisterSystemKey, request)
    _show(session, [(key.said, session.identity().oin)])


@app.command()
def end(context: typer.Context, system: str, key_id: UUID) -> None:
    """Take a key of a system of yours back, from now on: its private half may be another's.

    The hub shows it no more. Who has it already may hold it good until its end, and who
    has its private half can read what was asked with it before.
    """
    session = session_of(context)
    request = pb.EndSystemKeyRequest(system_id=system, key_id=str(key_id))
    show(session, session.call(lambda c: PartyServiceStub(c).EndSystemKey, request))


@app.command("list")
def list_keys(
    context: typer.Context,
    systems: Annotated[
        list[str] | None, typer.Argument(help="systems whose keys the hub shows; without: yours")
    ] = None,
    owner: Annotated[
        str, typer.Option(help="OIN that must have signed them; by default whoever did is shown")
    ] = "",
    keys: Keys = None,
) -> None:
    """List the keys that you made, or those of other systems that may be used now.

    Those of others are verified here, with --hub-oin and --trust-roots: one that the
    hub made up ends it with an error.
    """
    session = session_of(context)
    if not systems:
        own = _folder(keys, session).listed()
        _show(session, [(key.said, session.identity().oin) for key in own])
        return
    session.require("hub_oin", "trust_roots")
    request = pb.ListSystemKeysRequest(system_ids=systems)
    found = session.call(lambda c: PartyServiceStub(c).ListSystemKeys, request).keys
    _show(session, [_verified(session, each, owner) for each in found])


def _period(start: str, days: int) -> tuple[dt.datetime, dt.datetime]:
    try:
        begins = begin_of(parse_day(start, "start")) if start else dt.datetime.now(dt.UTC)
        return begins, begins + dt.timedelta(days=days)
    except OverflowError:
        raise typer.BadParameter("there is no such moment", param_hint="--start") from None


def _verified(session: Session, signed: dossier_pb2.Signed, owner: str) -> tuple[KeyStatement, Oin]:
    """Return what the vendor says, and who it is."""
    now, trust = dt.datetime.now(dt.UTC), session.trust()
    signer = (
        Oin.parse(owner, "owner")
        if owner
        else verify(signed_of(signed), SYSTEM_KEY, trust, now).signer
    )
    hub_oin = Oin.parse(session.hub_oin, "hub_oin")
    return verified_key(signed, trust, signer, hub_oin, now), signer


def _folder(keys: Path | None, session: Session) -> KeyFolder:
    return KeyFolder(keys) if keys else KeyFolder.default(session.identity().oin)


def _show(session: Session, found: Sequence[tuple[KeyStatement, Oin]]) -> None:
    rows = [
        [
            str(said.key_id),
            said.system_id,
            signer,
            said.start.isoformat(timespec="seconds"),
            said.end.isoformat(timespec="seconds"),
        ]
        for said, signer in found
    ]
    if session.json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_rows(list(_COLUMNS.values()), rows)
