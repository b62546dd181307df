"""Where a location of a school is: a point in WGS 84 (R1)."""

from dataclasses import dataclass
from typing import Final, Self

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_SCALE: Final = 1_000_000
_AREAS: Final = (
    (50.7, 53.7, 3.2, 7.3),  # the Netherlands in Europe
    (11.9, 17.8, -68.6, -62.8),  # Bonaire, Sint Eustatius and Saba
)
"""Southern, northern, western and eastern edge."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point in millionths of a degree (0.1 m): whole numbers, which are equal or not."""

    latitude: int
    longitude: int

    @classmethod
    def parse(cls, latitude: float, longitude: float, field: str) -> Self:
        """Return a point of two decimal degrees.

        Raises `Refused(FIELD_INVALID)` for one outside the Netherlands, as of two numbers
        that changed places or that are in metres.
        """
        for south, north, west, east in _AREAS:
            if south <= latitude <= north and west <= longitude <= east:
                return cls(round(latitude * _SCALE), round(longitude * _SCALE))
        raise Refused(
            Reason.FIELD_INVALID, field=field, problem="this point is not in the Netherlands"
        )

    @property
    def degrees(self) -> tuple[float, float]:
        """Latitude and longitude in decimal degrees."""
        return self.latitude / _SCALE, self.longitude / _SCALE
