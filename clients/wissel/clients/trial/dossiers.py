"""Dossiers of pupils that do not exist, one for each overdrachtsoort."""

from pathlib import Path
from typing import Final

from wissel.routing.exchange.envelope import Kind

_FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
_NAMES: Final = {
    Kind.OVERSTAP: "dossier-overstap.xml",
    Kind.WITHIN_BRIN: "dossier-binnenbrin.xml",
    Kind.SWV: "dossier-swv.xml",
}


def made_up(kind: Kind) -> Path:
    """Return the path of a made-up dossier (XML)."""
    return _FIXTURES / _NAMES[kind]
