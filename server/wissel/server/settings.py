"""Everything an operator can set: environment variables, or a TOML file.

A variable `WISSEL_NAME` overrides `name` in the file that `WISSEL_CONFIG` or
`--config` names. Secrets are paths of files, never values.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from wissel.routing.exchange.delivery import LEAST_KEPT
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin
from wissel.server.issuers import Issuer, refuse_twins
from wissel.server.setting_rules import (
    PREFIX,
    Network,
    host_and_port,
    json_array,
    log_level,
    misspelt,
    name_server,
    network,
    read_toml,
)

CONFIG_VARIABLE: Final = "WISSEL_CONFIG"
WORKERS_VARIABLE: Final = "WISSEL_WORKERS"
DATABASE_SETTING: Final = "WISSEL_DATABASE_URL"
DATABASE_SCHEMES: Final = ("sqlite:///", "postgresql://")
"""How the URL of a database begins."""
MIB: Final = 1024 * 1024
LEAST_PERSON_DAYS: Final = 31
"""Longer than answers are kept for repeats, so that a repeat finds its person."""
AUDIENCE: Final = "urn:wissel:hub:"
"""How the audience of a hub begins by itself; its OIN follows."""


class SettingsError(Exception):
    """Settings are missing or wrong; the message names each of them."""


class StartError(Exception):
    """Something that a setting names cannot be used; the message says what to fix."""


class UnreachableError(Exception):
    """Something that a setting names, such as the database, does not answer."""


class ListenError(Exception):
    """An address cannot be listened on: it is in use, or not of this machine."""


class CutShortError(Exception):
    """A hub that was told to stop did not finish everything in time."""

    def __init__(self, deliveries: int) -> None:
        noun = "delivery was" if deliveries == 1 else "deliveries were"
        super().__init__(
            f"{deliveries} {noun} cut at the end of WISSEL_GRACE_SECONDS; "
            "the hub settles what became of them when it runs again"
        )


class Settings(BaseSettings):
    """The settings of one hub. Sizes are in bytes, durations in seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    listen: str = "127.0.0.1:7443"
    """Host and port to serve on; port 0 takes a free port."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve on that port; only `serve` uses it."""
    data_dir: Path = Path("wissel-data")
    """Folder of the SQLite files, where no database URL is given."""
    database_url: str = ""
    """`sqlite:///…/registry.db` or `postgresql://…`; empty means SQLite in `data_dir`."""
    tls_certificate: Path
    """PEM, leaf first, with its intermediates."""
    tls_key: Path
    trust_roots: Path
    """PEM: the roots of clients, LAS endpoints and signers."""
    signing_certificate: Path
    signing_key: Path
    operators: Annotated[tuple[Oin, ...], NoDecode] = ()
    """OINs of operators, which may call the hub before any party is registered."""
    crls: Annotated[tuple[Path, ...], NoDecode] = ()
    metrics_listen: str = ""
    """Host and port of the Prometheus metrics; empty serves none."""
    private_addresses: bool = False
    """Whether endpoints may resolve to private or loopback addresses."""
    name_servers: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses at which the names of endpoints are looked up; empty asks those of the machine."""
    max_payload_bytes: int = Field(default=25 * MIB, ge=1)
    max_transfers: int = Field(default=64, ge=1)
    """Transfers under way at the same time in one process."""
    max_transfers_per_oin: int = Field(default=16, ge=1)
    max_connections: int = Field(default=512, ge=1)
    """Connections to one process; gRPC closes those beyond it before the TLS handshake."""
    max_connections_per_oin: int = Field(default=128, ge=1)
    """Connections of one party to one process; one that nobody registered has 4."""
    max_connections_per_address: int = Field(default=256, ge=1)
    """Connections from one address to one process, whoever calls on them."""
    proxy_addresses: Annotated[tuple[Network, ...], NoDecode] = ()
    """Addresses, or networks, of proxies: connections from there are not counted by address."""
    resolve_quota_per_minute: int = Field(default=60_000, ge=1)
    """Routes that one OIN may resolve in a minute; approximate, as workers divide it."""
    lookup_quota_per_minute: int = Field(default=600, ge=1)
    """Endpoints that one OIN may look up in a minute; approximate, as workers divide it."""
    token_quota_per_minute: int = Field(default=3_000, ge=1)
    """Tokens of persons that one portal may present in a minute; approximate, likewise."""
    issuers: Annotated[tuple[Issuer, ...], NoDecode] = ()
    """The login brokers whose tokens count; a variable holds them as a JSON array."""
    token_audience: str = ""
    """What a token names as its audience; empty means `urn:wissel:hub:` and the hub's OIN."""
    keep_persons_days: int = Field(default=730, ge=LEAST_PERSON_DAYS, le=36_500)
    """How long is kept whom a `person_id` stands for, after that person's last act."""
    max_closed_share: float = Field(default=0.02, ge=0, le=1)
    """Share of a source's locations that one school file may close."""
    grace_seconds: float = Field(default=30, ge=0)
    """How long a stopping hub waits for calls and deliveries under way."""
    sweep_seconds: float = Field(default=5, ge=0.1, le=60)
    """How often each process looks for messages whose delivery was not finished."""
    ping_seconds: float = Field(default=3600, ge=0, le=86_400)
    """How often the hubs together ping each receiver; 0 pings nobody."""
    pings_at_once: int = Field(default=4, ge=1, le=64)
    test_las_oin: Annotated[Oin | None, NoDecode] = None
    """OIN of the LAS that acts for the test school, which receives at `test_las_url`."""
    test_las_url: str = ""
    keep_deliveries_days: int = Field(default=730, ge=LEAST_KEPT.days, le=36_500)
    """How long deliveries are kept in full; after that, what proves them (design.md#retention)."""
    log_level: str = "info"
    trace_share: float = Field(default=0, ge=0, le=1)
    """Share of the calls that OpenTelemetry traces; with 0 it is not loaded."""

    @field_validator("operators", mode="before")
    @classmethod
    def _parse_operators(cls, value: object) -> object:
        return tuple(_parse_oin(part) for part in _parts(value))

    @field_validator("test_las_oin", mode="before")
    @classmethod
    def _parse_test_las(cls, value: object) -> object:
        return _parse_oin(value) if isinstance(value, str) and value else None

    @field_validator("crls", mode="before")
    @classmethod
    def _parse_crls(cls, value: object) -> object:
        return tuple(Path(part) for part in _parts(value))

    @field_validator("proxy_addresses", mode="before")
    @classmethod
    def _parse_proxies(cls, value: object) -> object:
        return tuple(network(part) for part in _parts(value))

    @field_validator("name_servers", mode="before")
    @classmethod
    def _parse_name_servers(cls, value: object) -> object:
        return tuple(name_server(part) for part in _parts(value))

    @field_validator("listen")
    @classmethod
    def _valid_listen(cls, value: str) -> str:
        host_and_port(value)
        return value

    @field_validator("metrics_listen")
    @classmethod
    def _valid_metrics_listen(cls, value: str) -> str:
        if value:
            host_and_port(value)
        return value

    @field_validator("issuers", mode="before")
    @classmethod
    def _parse_issuers(cls, value: object) -> object:
        return json_array(value) if isinstance(value, str) else value

    @field_validator("issuers")
    @classmethod
    def _distinct_issuers(cls, value: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
        return refuse_twins(value)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        return log_level(value)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(DATABASE_SCHEMES):
            message = f"must begin with {' or '.join(DATABASE_SCHEMES)}"
            raise ValueError(message)
        return value

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources of settings: arguments, then the environment, then the TOML file."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        if name := os.environ.get(CONFIG_VARIABLE):
            file = read_toml(Path(name), settings_cls.model_fields)
            return (*sources, InitSettingsSource(settings_cls, dict(file)))
        return sources

    @classmethod
    def read(cls) -> Self:
        """Return the settings of this environment and its TOML file.

        Raises `SettingsError`, which names every problem.
        """
        problems = misspelt(os.environ, cls.model_fields)
        try:
            settings = cls()
        except ValidationError as error:
            problems += [_problem(one["loc"], one["type"], one["msg"]) for one in error.errors()]
        except ValueError as error:
            problems.append(f"{CONFIG_VARIABLE}: {error}")
        else:
            if not problems:
                return settings
        raise SettingsError("; ".join(problems))


def _tell_nobody(_serves: bool) -> None:
    """Do nothing: the only process of a hub has no parent to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of a hub that this process is: the whole hub, or one of `workers`.

    Workers share the port and the quotas, and their parent serves their metrics.
    `tell` is called four times a second with whether this process serves, and
    with False when it begins to stop.
    """

    workers: int = 1
    tell: Callable[[bool], None] = _tell_nobody

    @property
    def whole(self) -> bool:
        """Whether this is the only process of the hub."""
        return self.workers == 1

    def part_of(self, quota: int) -> int:
        """Return this process's part of a quota, rounded up."""
        return -(-quota // self.workers)


WHOLE: Final = Share()


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = f"{PREFIX}{str(location[0]).upper()}" if location else "settings"
    name += "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in location[1:])
    return (
        f"{name} is missing"
        if kind == "missing"
        else f"{name}: {message.removeprefix('Value error, ')}"
    )


def _parts(value: object) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value] if isinstance(value, list | tuple) else []


def _parse_oin(text: str) -> Oin:
    try:
        return Oin.parse(text)
    except Refused:
        message = f"{text!r} is not an OIN"
        raise ValueError(message) from None
