"""The login brokers whose tokens count, as an operator sets them (design.md#persons)."""

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin

_ALIAS: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
_CLASS: Final = "urn:etoegang:core:assurance-class:"
LEVELS: Final = tuple(f"{_CLASS}{level}" for level in ("loa1", "loa2", "loa2plus", "loa3", "loa4"))
"""Levels of assurance as eHerkenning writes them, the lowest first."""
SUBSTANTIAL: Final = f"{_CLASS}loa3"
ROLES: Final = ("OSR-toegang", "Toegang OSR", "Kennisnet beheren")
"""The right to manage mandates, as Mijn DUO and eHerkenning write it."""

ClaimPath = tuple[str, ...]
"""Where a claim stands: its name, or the names of the objects that it is in and then its own."""


class TokenKind(StrEnum):
    """Which of its tokens a broker lets a portal pass on."""

    ACCESS = "access"  # a JWT as RFC 9068 has it, whose audience is the hub
    ID = "id"  # of OpenID Connect, whose audience may be the portal's client


def _path(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Claim = Annotated[ClaimPath, BeforeValidator(_path), Field(max_length=5)]


class Issuer(BaseModel):
    """One login broker.

    alias           the short name that stands for it in subjects, logs and refusals
    url             its `iss`, exactly
    jwks_url        where it publishes its keys (RFC 7517)
    jwks_ca         PEM file of the roots of that address; by default those of the system
    audience        what `aud` has to name; by default the audience of the hub
    token           which kind of token its portals pass on
    clients         each client id that it gave a portal, to the OIN of that portal
    roles           spellings of the role that manages mandates; one is enough
    signing_roles   spellings of the role that signs for a board; without any nobody does
    levels          its levels of assurance (`acr`), the lowest first
    least_level     the lowest of them that is enough
    …_claim         where it says roles, boards, BRINs, a KvK number, and whom the
                    person represents (`represents` of OIDC NL GOV), by name or path;
                    an empty path where it does not say
    development     allows http, on this machine only
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    alias: str
    url: str
    jwks_url: str
    jwks_ca: Path | None = None
    audience: str = ""
    token: TokenKind = TokenKind.ACCESS
    clients: Mapping[str, str] = Field(min_length=1)
    roles: tuple[str, ...] = Field(default=ROLES, min_length=1)
    signing_roles: tuple[str, ...] = ()
    levels: tuple[str, ...] = Field(default=LEVELS, min_length=1)
    least_level: str = SUBSTANTIAL
    role_claim: Claim = ("role",)
    boards_claim: Claim = ("boards",)
    brins_claim: Claim = ("brins",)
    kvk_claim: Claim = ("kvk",)
    represents_claim: Claim = ("represents", "sub")
    development: bool = False

    @field_validator("alias")
    @classmethod
    def _short(cls, value: str) -> str:
        if not _ALIAS.fullmatch(value):
            message = f"{value!r} is no alias; write up to 20 of a-z, 0-9 and -, a letter first"
            raise ValueError(message)
        return value

    @field_validator("clients")
    @classmethod
    def _of_portals(cls, value: Mapping[str, str]) -> Mapping[str, Oin]:
        return {client: _oin(oin) for client, oin in value.items()}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("url", "jwks_url"):
            _require_secure(name, getattr(self, name), development=self.development)
        if self.least_level not in self.levels:
            message = f"least_level {self.least_level!r} is none of its levels"
            raise ValueError(message)
        return self

    def portal_of(self, client: str) -> str:
        """Return the OIN of the portal that has this client id, or an empty text."""
        return self.clients.get(client, "")

    def is_enough(self, level: str) -> bool:
        """Whether a level of assurance is known, and at least the one that is asked."""
        enough = self.levels[self.levels.index(self.least_level) :]
        return level in enough


def refuse_twins(issuers: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
    """Return issuers of which no two have the same alias or url; ValueError names what is twice."""
    for name in ("alias", "url"):
        values = [getattr(issuer, name) for issuer in issuers]
        twice = next((each for each in values if values.count(each) > 1), None)
        if twice is not None:
            message = f"two issuers have the {name} {twice!r}"
            raise ValueError(message)
    return issuers


def _require_secure(name: str, url: str, *, development: bool) -> None:
    """Raise ValueError unless a URL is https, or http to this machine in development."""
    parts: SplitResult | None = None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    if parts is None or not host or parts.username is not None or parts.fragment:
        message = f"{name} {url!r} is no address; write https://host/path"
        raise ValueError(message)
    if parts.scheme == "https" or (parts.scheme == "http" and development and _is_loopback(host)):
        return
    message = f"{name} {url!r} must be https; http is for development = true and this machine alone"
    raise ValueError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _oin(text: Any) -> Oin:
    try:
        return Oin.parse(text)
    except Refused:
        message = f"{text!r} is not an OIN"
        raise ValueError(message) from None
