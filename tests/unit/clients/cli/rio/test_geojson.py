"""Files of points are read whole, or the first malformed features are named."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from support.paths import ROOT
from wissel.clients.cli.rio.geojson import read_points
from wissel.clients.errors import FileUnusable

REAL = ROOT.parent / "shared" / "data" / "edugis" / "scholen-2024-11.geo.json.zip"


def feature(vestiging: Any = "99XA00", *point: Any, **more: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(point or (4.33, 52.07))}
    return {"properties": {"vestigingscode": vestiging, "naam": "="}, "geometry": geometry} | more


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features} | more).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "points.geojson"


def test_each_point_is_read_in_order(path: Path) -> None:
    path.write_bytes(collection(feature("99XA01"), feature("99XA00", -68.27, 12.15, 3.0)))

    points = read_points(path)

    assert [("99XA01", 52.07, 4.33), ("99XA00", 12.15, -68.27)] == [
        (each.vestiging, each.latitude, each.longitude) for each in points
    ]


def test_a_feature_without_a_place_is_passed_over(path: Path) -> None:
    path.write_bytes(collection(feature(geometry=None)))

    assert [] == read_points(path)


def test_a_zip_file_with_one_is_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("LICENCE.txt", "free")
        packed.writestr("scholen.geo.json", collection(feature()))

    assert 1 == len(read_points(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"features": [\n{"a": ]}', "line 2, column 7"),
        (b"[]", "no FeatureCollection"),
        (b"{}", "no FeatureCollection"),
        (b"\xff\xfe\x00", "no FeatureCollection"),
        (b"[" * 100_000, "no FeatureCollection"),
        (b'{"features": {"a": 1}}', "no FeatureCollection"),
        (
            collection(crs={"properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}),
            "in urn:ogc:def:crs:EPSG::28992; make them WGS 84",
        ),
        (collection(feature(), 3), "feature 2: "),
        (collection(feature(), {"geometry": None}), "feature 2: it has no properties"),
        (collection(feature(None)), "feature 1: '' is no vestigingscode"),
        (collection(feature("99XA0")), "feature 1: '99XA0' is no vestigingscode"),
        (collection(feature(3)), "feature 1: '3' is no vestigingscode"),
        (collection(feature("182071649")), "feature 1: '(not shown)' is no vestigingscode"),
        (collection(feature("99XA00", 52.07, 4.33)), "latitude 4.33: this point is not in the N"),
        (collection(feature("99XA00", 81000, 455000)), "not in the Netherlands"),
        (collection(feature("99XA00", "4.33", 52.07)), "feature 1: a coordinate is no number"),
        (collection(feature("99XA00", True, 52.07)), "feature 1: a coordinate is no number"),
        (collection(feature("99XA00", 4.33)), "feature 1: not enough values"),
        (collection(feature(geometry={"type": "Polygon"})), "99XA00 is no Point"),
        (collection(feature(geometry=[])), "feature 1: "),
        (collection(*[feature("x")] * 11), "feature 10: 'x' is no vestigingscode; 11 in all"),
    ],
)
def test_what_is_malformed_is_named_with_its_file(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)

    with pytest.raises(FileUnusable) as caught:
        read_points(path)

    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_zip_file_that_is_none_or_holds_two_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("one.json", b"{}")
        packed.writestr("two.geojson", b"{}")

    with pytest.raises(FileUnusable, match="it holds 2 GeoJSON files instead of one"):
        read_points(path)

    broken = path.read_bytes().replace(b"{}", b"{ ", 1)
    path.write_bytes(broken.replace(b"two.geojson", b"two.geotext"))
    with pytest.raises(FileUnusable, match="cannot be unpacked: Bad CRC"):
        read_points(path)


def test_a_file_that_unpacks_to_too_much_is_cut_off(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.json", b" " * (65 * 1024 * 1024))

    with pytest.raises(FileUnusable, match="larger than 64 MiB"):
        read_points(path)


def test_the_real_file_is_read_whole() -> None:
    if not REAL.is_file():
        pytest.skip("the real file of points is not here")

    points = read_points(REAL)

    assert (8717, 8622) == (len(points), len({each.vestiging for each in points}))
