"""What the overviews tell: nothing in here pairs a school with a system (ADR 35)."""

import datetime as dt
from dataclasses import dataclass

_SOUTH, _NORTH = 50.6, 53.7
_WEST, _EAST = 3.2, 7.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, with how many schools and samenwerkingsverbanden are connected for it."""

    code: str
    name: str
    note: str
    owner: str
    sectors: tuple[str, ...]
    schools: int
    swvs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system, the services that it may be used for, and whom its users ask."""

    system_id: str
    name: str
    vendor: str
    kind: str
    services: tuple[str, ...]
    mail: str
    telephone: str
    hours: str
    manual_url: str
    step_plan_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A vestiging, and the services for which its school is connected; none once it is closed.

    `closed` is its last day, if that has passed. Degrees are of WGS 84.
    """

    vestiging: str
    name: str
    postcode: str
    city: str
    sector: str
    swvs: tuple[str, ...]
    services: tuple[str, ...]
    closed: dt.date | None
    latitude: float | None
    longitude: float | None

    @property
    def brin(self) -> str:
        """The school that it is of."""
        return self.vestiging[:4]

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of an open location within the European Netherlands."""
        north, east = self.latitude, self.longitude
        if self.closed or north is None or east is None:
            return None
        return (north, east) if _SOUTH < north < _NORTH and _WEST < east < _EAST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swv:
    """A samenwerkingsverband, and the services for which it is connected."""

    code: str
    name: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The register at one revision, and who is connected on one day.

    Services in order of code, systems of name, locations of town and name, and
    samenwerkingsverbanden of code.
    """

    day: dt.date
    revision: int
    services: tuple[Service, ...]
    systems: tuple[System, ...]
    locations: tuple[Location, ...]
    swvs: tuple[Swv, ...]
