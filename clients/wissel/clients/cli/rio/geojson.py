"""Reads where locations of schools are from a GeoJSON file, also one in a zip file."""

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from wissel.clients.errors import FileUnusable
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Vestiging
from wissel.routing.values.points import Point
from wissel.school.v1.school_service_pb2 import LocationPoint

MAX_BYTES: Final = 64 * 1024 * 1024
"""Largest file that is read, unpacked; that of all schools has 5 MB."""
_SHOWN: Final = 10
_CODES: Final = ("vestigingscode", "vestigingsnummer")
_DEGREES: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
_ENDINGS: Final = (".geojson", ".json")


def read_points(path: Path) -> list[LocationPoint]:
    """Return the points of a FeatureCollection, in its order.

    Each feature has `vestigingscode` among its properties, and a Point; one whose
    geometry is null is passed over (RFC 7946, 3.2). Raises `FileUnusable` with the file and
    the first features that are malformed, and `OSError`.
    """
    collection = _collection(path)
    points: list[LocationPoint] = []
    problems: list[str] = []
    for number, feature in enumerate(collection, start=1):
        try:
            points += _points(feature)
        except (TypeError, ValueError, LookupError, Refused) as error:
            problems.append(f"feature {number}: {_words(error)}")
    if problems:
        more = f"; {len(problems)} in all" if len(problems) > _SHOWN else ""
        message = f"{path}: {'; '.join(problems[:_SHOWN])}{more}; nothing was changed"
        raise FileUnusable(message)
    return points


def _collection(path: Path) -> list[Any]:
    """Return the features of a file."""
    try:
        body = json.loads(_content(path))
        features = body["features"]
        crs = body.get("crs", {"properties": {"name": "CRS84"}})["properties"]["name"]
    except json.JSONDecodeError as error:
        message = f"{path}: line {error.lineno}, column {error.colno}: {error.msg}"
        raise FileUnusable(message) from None
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        message = f"{path}: this is no FeatureCollection of GeoJSON"
        raise FileUnusable(message) from None
    if not isinstance(features, list):
        message = f"{path}: this is no FeatureCollection of GeoJSON"
        raise FileUnusable(message)
    if not str(crs).endswith(_DEGREES):
        message = f"{path}: its points are in {crs}; make them WGS 84 (ogr2ogr -t_srs EPSG:4326)"
        raise FileUnusable(message)
    return features


def _content(path: Path) -> bytes:
    """Return the bytes of a file, or of the one GeoJSON file in a zip file."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path)
        return path.read_bytes()
    try:
        with zipfile.ZipFile(path) as packed:
            named = [each for each in packed.infolist() if each.filename.endswith(_ENDINGS)]
            if len(named) != 1:
                message = f"{path}: it holds {len(named)} GeoJSON files instead of one"
                raise FileUnusable(message)
            with packed.open(named[0]) as inside:
                content = inside.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error) as error:
        message = f"{path}: it cannot be unpacked: {error}"
        raise FileUnusable(message) from None
    if len(content) > MAX_BYTES:
        raise _too_large(path)
    return content


def _too_large(path: Path) -> FileUnusable:
    return FileUnusable(f"{path}: it is larger than {MAX_BYTES // 1024 // 1024} MiB")


def _points(feature: Mapping[str, Any]) -> Iterable[LocationPoint]:
    """Return the point of a feature, none if its geometry is null."""
    names = {name.casefold(): value for name, value in feature["properties"].items()}
    code = next((names[name] for name in _CODES if name in names), None)
    vestiging = Vestiging.parse(str(code or ""), _CODES[0])
    geometry = feature["geometry"]
    if geometry is None:
        return ()
    if geometry["type"] != "Point":
        message = f"{vestiging} is no Point"
        raise ValueError(message)
    longitude, latitude = map(_number, geometry["coordinates"][:2])
    Point.parse(latitude, longitude, f"{vestiging}: longitude {longitude}, latitude {latitude}")
    return (LocationPoint(vestiging=vestiging, latitude=latitude, longitude=longitude),)


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        message = "a coordinate is no number"
        raise TypeError(message)
    return float(value)


def _words(error: Exception) -> str:
    """Return what is wrong with a feature."""
    match error:
        case Refused() if "problem" in error.metadata:
            return f"{error.field}: {error.metadata['problem']}"
        case Refused():
            return f"{error.metadata.get('value', '')!r} is no {error.field}"
        case KeyError():
            return f"it has no {error.args[0]}"
        case _:
            return str(error)
