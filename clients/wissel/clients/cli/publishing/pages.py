"""The pages of the site: each is one file that fetches nothing and works from a disk too."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wissel.clients.cli.publishing import words
from wissel.clients.cli.publishing.data import compact
from wissel.clients.cli.publishing.overview import Location, Overview

PAGES: Final = ("index.html", "lijst.html", "systemen.html", "diensten.html")
_PACKAGE: Final = "wissel.clients.cli.publishing"
_SCRIPTS: Final = ("map.js", "schools.js")
_IN_A_SCRIPT: Final = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})
"""What could end a block of data in a page."""


def pages(overview: Overview) -> Mapping[str, bytes]:
    """Return the pages by name. Whatever a name holds is shown as it reads, and never markup."""
    environment = Environment(
        loader=PackageLoader(_PACKAGE, "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": words.day, "number": words.number, "town": words.town}
    told = _told(overview)
    return {name: environment.get_template(name).render(told, page=name).encode() for name in PAGES}


def _told(overview: Overview) -> dict[str, Any]:
    style, script = _asset("site.css"), "".join(map(_asset, _SCRIPTS))
    opened = [each for each in overview.locations if not each.closed]
    return {
        "overview": overview,
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - likewise
        "policy": _policy(style, script),
        "data": _data(compact(overview)),
        "named": {each.code: each.name or each.code for each in overview.services},
        "sectors": words.SECTORS,
        "kinds": words.KINDS,
        "by_town": _by_town(overview),
        "opened": len(opened),
        "connected": sum(bool(each.services) for each in opened),
        "closed": len(overview.locations) - len(opened),
        "unmapped": sum(each.point is None for each in opened),
    }


def _by_town(overview: Overview) -> dict[str, list[Location]]:
    """Return the locations by town, in the order in which they come."""
    found: dict[str, list[Location]] = {}
    for each in overview.locations:
        found.setdefault(words.town(each.city), []).append(each)
    return found


def _policy(style: str, script: str) -> str:
    """Return the policy of a page: its own style and script, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(value: object) -> Markup:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_IN_A_SCRIPT))  # noqa: S704 - no character of markup is left


def _asset(name: str) -> str:
    return files(_PACKAGE).joinpath("assets", name).read_text(encoding="utf-8")
