"""`wissel-server`: serve, migrate, the development PKI, and a development hub."""

import asyncio
import datetime as dt
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin
from wissel.server.identity import pki
from wissel.server.identity.keyfiles import KeyFileError
from wissel.server.identity.revocation_list import TrustFileError
from wissel.server.logs.native import capture
from wissel.server.logs.unblocking import unblock_stderr
from wissel.server.settings import (
    CONFIG_VARIABLE,
    WORKERS_VARIABLE,
    CutShortError,
    ListenError,
    Settings,
    SettingsError,
    Share,
    StartError,
    UnreachableError,
)

# gRPC and the database take most of a second to import, so they are imported only
# in the commands that need them.
# ruff: noqa: PLC0415

WORKER_OPTION: Final = "--worker"
UNFINISHED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3

app = typer.Typer(
    help="The hub of Wissel: mandates, endpoints and signed dossiers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
pki_app = typer.Typer(help="A certificate authority for development.", no_args_is_help=True)
app.add_typer(pki_app, name="pki")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file with settings; WISSEL_* variables override it."),
]
FolderArgument = Annotated[Path, typer.Argument(help="Folder of the development PKI.")]


@app.command()
def serve(
    config: ConfigOption = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that share the port; over WISSEL_WORKERS.")
    ] = None,
    descriptor: Annotated[int | None, typer.Option(WORKER_OPTION, hidden=True)] = None,
) -> None:
    """Serve until SIGTERM or SIGINT; what is under way is finished first."""
    unblock_stderr()
    if workers is not None:
        os.environ[WORKERS_VARIABLE] = str(workers)
    with _explained():
        settings = _settings(config)
        if descriptor is not None:
            _run(_work(settings, descriptor))
        elif settings.workers == 1:
            _run(_serve(settings))
        else:
            _supervise(settings)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Say all that would keep a hub from starting, without serving; for use before a restart."""
    from wissel.server.identity.files import HubFiles
    from wissel.server.identity.persons.verifier import require_roots
    from wissel.server.registry.shipped_school import test_las_of
    from wissel.server.store.opening import require_database

    problems = []
    with _explained():
        settings = _settings(config)
    for look in (
        lambda: HubFiles.read(settings, lambda: dt.datetime.now(dt.UTC)),
        lambda: require_roots(settings.issuers),
        lambda: require_database(settings.database),
        lambda: test_las_of(settings.test_las_oin, settings.test_las_url),
    ):
        try:
            look()
        except (KeyFileError, TrustFileError, StartError, UnreachableError, Refused) as error:
            problems.append(str(error))
    for problem in problems:
        _say(problem)
    if problems:
        raise typer.Exit(USAGE)
    _say("nothing keeps a hub with these settings from starting")


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Bring the database to the schema of this version."""
    from wissel.server.store.database import require_fit
    from wissel.server.store.migrate import migrate as migrate_database

    with _explained():
        url = _settings(config).database
        require_fit(url)
        migrate_database(url)
    _say("the database is up to date")


@app.command("copy-database")
def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="URL of the database in use.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="URL of an empty one.")],
) -> None:
    """Copy register and journal from one database to another, and prove the copy."""
    from wissel.server.store import database_copy

    with _explained():
        copied = database_copy.copy_database(source, target, _say)
        _say(f"copied {copied.rows} rows, up to revision {copied.revision}; all are equal")


@app.command()
def dev(
    folder: Annotated[Path, typer.Option(help="Where certificates and data are kept.")] = Path(
        ".wissel"
    ),
    listen: Annotated[str, typer.Option(help="Host and port.")] = "127.0.0.1:7443",
) -> None:
    """Serve a development hub: makes its certificates and database where they lack."""
    unblock_stderr()
    from wissel.server import development

    with _explained(), development.login_broker(folder) as broker:
        settings = development.prepare(folder, listen, broker, dt.datetime.now(dt.UTC))
        typer.echo(development.instructions(folder, settings))
        with development.test_las(folder, settings):
            _run(_serve(settings))


@pki_app.command("init")
def pki_init(folder: FolderArgument) -> None:
    """Make a root and an intermediate."""
    with _explained():
        roots = pki.init(folder, dt.datetime.now(dt.UTC))
    typer.echo(roots)


@pki_app.command("issue")
def pki_issue(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(help="Name of the files, such as noord.")],
    oin: Annotated[str, typer.Option(help="OIN in subject.serialNumber, 20 characters.")],
    dns: Annotated[list[str] | None, typer.Option(help="Host name or address; repeatable.")] = None,
    signing: Annotated[bool, typer.Option("--signing", help="A certificate that only signs.")] = (
        False
    ),
) -> None:
    """Issue a certificate that may serve, call and sign."""
    now = dt.datetime.now(dt.UTC)
    with _explained():
        holder = Oin.parse(oin, "--oin")
        if signing:
            issued = pki.issue_signing(folder, name, oin=holder, now=now)
        else:
            issued = pki.issue(folder, name, oin=holder, now=now, dns=dns or ())
    typer.echo(f"{issued.certificate}\n{issued.key}")


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="wissel-server")


def _settings(config: Path | None) -> Settings:
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)
    return Settings.read()


def _run(work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(work)


def _supervise(settings: Settings) -> None:
    from wissel.server.workers import hub

    if code := hub.run(settings, ("serve", WORKER_OPTION), _say):
        raise typer.Exit(code)


async def _work(settings: Settings, descriptor: int) -> None:
    """Serve as one of several workers, until SIGTERM or until the parent process is gone."""
    from wissel.server.app import serving
    from wissel.server.workers.control_channel import ControlChannel

    capture()
    parent, stop = ControlChannel(descriptor), asyncio.Event()
    loop = asyncio.get_running_loop()
    # A signal to the whole process group arrives twice, the second time through the
    # parent: unlike in `_serve`, the second must not end the process at once.
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent gets it too
    parent.when_gone(stop.set)
    async with serving(settings, Share(workers=settings.workers, tell=parent.tell)):
        await stop.wait()


async def _serve(settings: Settings) -> None:
    from wissel.server.app import serving

    capture()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stopping() -> None:
        if stop.is_set():
            _say("stopped at once")
            unblock_stderr().drain()
            os._exit(1)  # a second signal: the operator does not want to wait
        _say("stopping: finishing what is under way")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping)
    async with serving(settings) as address:
        _say(f"serving on {address}")
        await stop.wait()
    _say("stopped")


@contextmanager
def _explained() -> Iterator[None]:
    """Turn an error that an operator can fix into one line on stderr and an exit code."""
    try:
        yield
    except (SettingsError, KeyFileError, TrustFileError, pki.PkiError, StartError) as error:
        _fail(str(error), USAGE)
    except (ListenError, UnreachableError) as error:
        _fail(str(error), UNREACHABLE)
    except CutShortError as error:
        _fail(f"stopped: {error}", UNFINISHED)
    except Refused as refused:
        _fail(str(refused), UNREACHABLE)


def _fail(message: str, code: int) -> None:
    _say(message)
    raise typer.Exit(code) from None


def _say(message: str) -> None:
    sys.stderr.write(f"wissel-server: {message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
