"""`wissel token`: a token of a development issuer, to try a portal out with."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import os
from pathlib import Path
from typing import Annotated, Final

import typer

_CLIENT: Final = "portal"


def token(
    issuer: Annotated[str, typer.Option(help="address of the development issuer")],
    board: Annotated[list[str] | None, typer.Option(help="act for this board")] = None,
    brin: Annotated[list[str] | None, typer.Option(help="only for this school")] = None,
    kvk: Annotated[str, typer.Option(help="act for who has this KvK number")] = "",
    signs: Annotated[bool, typer.Option("--signs", help="may sign for the board")] = False,
    subject: Annotated[str, typer.Option(help="who it is")] = "somebody",
    client: Annotated[str, typer.Option(help="client id of the portal")] = _CLIENT,
    out: Annotated[Path | None, typer.Option(help="file to write it to, for you alone")] = None,
) -> None:
    """Log somebody in at a development issuer, and print the token."""
    # Helpers for tests, which most commands have no need of.
    from wissel.clients.testing.issuer import DevelopmentIssuer  # noqa: PLC0415

    broker = DevelopmentIssuer(url=issuer.rstrip("/"), clients={})
    made = broker.token(
        boards=board, brins=brin, kvk=kvk, signs=signs, subject=subject, client=client
    )
    if out is None:
        typer.echo(made)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made + "\n")
