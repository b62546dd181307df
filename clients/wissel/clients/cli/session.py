"""One run of the command: its global options, and the connection with the hub."""

import datetime as dt
import getpass
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import typer

from wissel.clients.blocking import Hub
from wissel.clients.errors import IdentityError
from wissel.clients.identity import Identity
from wissel.clients.transport.connection import Request, Response, Unary
from wissel.clients.transport.retry import Patience
from wissel.clients.transport.spans import Tracer
from wissel.clients.transport.tokens import token_file
from wissel.clients.transport.tracing import tracer_for
from wissel.routing.signing.certificates import Trust

_PATIENCE: Final = Patience(total=5.0)


@dataclass(slots=True, kw_only=True)
class Session:
    """The global options, from the command line or the environment; empty if not given."""

    server: str = ""
    certificate: str = ""
    key: str = ""
    trust_roots: str = ""
    hub_oin: str = ""
    user: str = ""
    reason: str = ""
    token_file: str = ""
    language: str = "en"
    deadline: float | None = None
    trace_share: float = 0
    json: bool = False
    opened: Hub | None = field(default=None, repr=False)
    tracing: Tracer | None = field(default=None, repr=False)

    def identity(self) -> Identity:
        """Return the identity of the options; a usage error if one of them is missing."""
        self.require("certificate", "key", "trust_roots")
        return Identity.load(self.certificate, self.key, self.trust_roots)

    def trust(self) -> Trust:
        """Return the trust roots of the options, or raise `IdentityError`."""
        try:
            return Trust.from_pem(Path(self.trust_roots).read_bytes())
        except (OSError, ValueError) as error:
            message = f"{self.trust_roots}: no usable trust roots ({error})"
            raise IdentityError(message) from None

    def hub(self) -> Hub:
        """Return the connection with the hub; a usage error if an option for it is missing."""
        if self.opened is None:
            self.require("server", "certificate", "key", "trust_roots")
            self.opened = Hub(
                self.server,
                self.identity(),
                hub_oin=self.hub_oin,
                user=self.user,
                language=self.language,
                patience=_PATIENCE,
                deadline=dt.timedelta(seconds=self.deadline) if self.deadline else None,
                tracer=self.tracer("wissel-sender"),
                token=token_file(Path(self.token_file)) if self.token_file else "",
            )
        return self.opened

    def tracer(self, service: str) -> Tracer:
        """Return the tracer of this run, as `service`; it traces nothing without --trace-share."""
        if self.tracing is None:
            self.tracing = tracer_for(service, self.trace_share)
        return self.tracing

    def call(self, method: Unary[Request, Response], request: Request) -> Response:
        """Call the hub; a request with a reason gets that of --reason."""
        if self.reason and "reason" in request.DESCRIPTOR.fields_by_name:
            request.reason = self.reason  # type: ignore[attr-defined] # asked for by its descriptor
        return self.hub().call(method, request)

    def close(self) -> None:
        """Close the connection and the tracer, if they were used."""
        if self.opened is not None:
            self.opened.close()
        if self.tracing is not None:
            self.tracing.close()

    def require(self, *names: str) -> None:
        """Raise a usage error that names all options among `names` that are missing."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            variables = ", ".join(f"WISSEL_{name.upper()}" for name in missing)
            message = f"missing {options} (or {variables})"
            raise typer.BadParameter(message)


def account() -> str:
    """Return the name of the account of this process; empty if it has none."""
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):
        return ""


def session_of(context: typer.Context) -> Session:
    """Return the session of this run, made by the callback of the app."""
    return context.ensure_object(Session)
