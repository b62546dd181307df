"""A login broker for development and tests: it logs in whoever it is told to.

    with running_issuer() as issuer, running_hub(issuer=issuer) as hub:
        portal = hub.portal()
        token = issuer.token(boards=["99901"])        # of somebody with the role, just now
        board = hub.acting(portal, token)

It is `oidc-provider-mock`, as a process of its own; the extra `testing` has it. Its ID
token serves as bearer. Nobody but a hub on this machine should trust it.
"""

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from wissel.clients.errors import WisselError
from wissel.clients.processes import ISSUER, Service
from wissel.clients.testing.cast import PORTAL

ALIAS: Final = "development"
CLIENT: Final = "portal"
ROLE: Final = "OSR-toegang"
SIGNING_ROLE: Final = "Tekenbevoegd"
LEVEL: Final = "urn:etoegang:core:assurance-class:loa3"
TOKEN_SECONDS: Final = 600
_READY: Final = "Uvicorn running on "
_REDIRECT: Final = "http://localhost/"  # nobody is sent there: only the code in it is read
_SECONDS: Final = 10.0
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentIssuer:
    """A login broker at `url`; `clients` are the OINs of portals by their client id."""

    url: str
    clients: Mapping[str, str]

    def settings(self) -> dict[str, Any]:
        """Return the entry of `WISSEL_ISSUERS` with which a hub trusts it."""
        return {
            "alias": ALIAS,
            "url": self.url,
            "jwks_url": f"{self.url}/jwks",
            "token": "id",
            "clients": dict(self.clients),
            "signing_roles": [SIGNING_ROLE],
            "development": True,
        }

    def token(
        self,
        *,
        boards: Sequence[str] | None = None,
        brins: Sequence[str] | None = None,
        kvk: str = "",
        signs: bool = False,
        subject: str = "somebody",
        client: str = CLIENT,
        **claims: Any,
    ) -> str:
        """Log somebody in and return the token.

        The person acts for these boards, or only for these schools of theirs, or for
        the organisation with this KvK number, and may sign for it if it `signs`.
        `claims` are added or take the place of others, such as `acr`.
        """
        said: dict[str, Any] = {
            "acr": LEVEL,
            "role": [ROLE, SIGNING_ROLE] if signs else [ROLE],
            "boards": None if boards is None else list(boards),
            "brins": None if brins is None else list(brins),
            "kvk": kvk or None,
        }
        known = {name: value for name, value in (said | claims).items() if value is not None}
        return request_token(self.url, client, subject, known)


@contextmanager
def running_issuer(
    clients: Mapping[str, str] | None = None, *, folder: Path | None = None
) -> Iterator[DevelopmentIssuer]:
    """Run a login broker on a free port while the block lasts.

    `clients` are the OINs of portals by their client id, by default `portal` with that
    of `TestingHub.portal`. Its output is in `issuer.log` in `folder`. Raises
    `wissel.clients.processes.ProcessFailed`, which says what to install.
    """
    with TemporaryDirectory(prefix="wissel-issuer-") as own:
        arguments = [ISSUER, "--port", "0"]
        arguments += ["--token-max-age", str(TOKEN_SECONDS)]
        environ = {"NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        log = (folder or Path(own)) / "issuer.log"
        with Service(arguments, log=log, ready=_READY, environ=environ) as service:
            url = service.address.split()[0]
            yield DevelopmentIssuer(url=url, clients=clients or {CLIENT: PORTAL.oin})


def request_token(url: str, client: str, subject: str, claims: Mapping[str, Any]) -> str:
    """Log `subject` in at a development issuer, with these claims; return the ID token.

    That is the code flow of OpenID Connect, without a person who types. Raises
    `WisselError` if what answers is no such issuer.
    """
    described = json.dumps(dict(claims))
    _ask(url, "PUT", f"/users/{quote(subject, safe='')}", described, _json_type())
    asked = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": _REDIRECT,
        "scope": "openid",
    }
    where = f"/oauth2/authorize?{urlencode(asked)}"
    to, _ = _ask(url, "POST", where, urlencode({"sub": subject}), _FORM)
    code = parse_qs(urlsplit(to).query).get("code", [""])[0]
    taken = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _REDIRECT,
        "client_id": client,
        "client_secret": "of no use",
    }
    _, answer = _ask(url, "POST", "/oauth2/token", urlencode(taken), _FORM)
    try:
        token = json.loads(answer)["id_token"]
    except (ValueError, KeyError, TypeError):
        token = ""
    if not isinstance(token, str) or not token:
        raise _no_issuer(url, "it gives no ID token")
    return token


def _ask(
    url: str, method: str, path: str, body: str, headers: Mapping[str, str]
) -> tuple[str, bytes]:
    """Return the location and the body that are answered."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise _no_issuer(url, "its address begins with http://")
    try:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            read = answer.read()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise _no_issuer(url, str(error) or type(error).__name__) from None
    if answer.status >= http.client.BAD_REQUEST:
        raise _no_issuer(url, f"HTTP status {answer.status} for {path.partition('?')[0]}")
    return answer.getheader("location") or "", read


def _json_type() -> dict[str, str]:
    return {"content-type": "application/json"}


def _no_issuer(url: str, problem: str) -> WisselError:
    message = f"{url}: no development issuer: {problem}"
    return WisselError(message)
