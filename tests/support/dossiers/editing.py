"""Made-up dossiers of each profile, edited.

An edit is `-path` (take away), `path=text` (write), or `path+xml` (add to), where a
path is names from anywhere in the dossier downward: `leerling/voornaam`.
"""

from typing import Final

from lxml import etree

from support.paths import ROOT
from wissel.clients.dossier.reading import NAMESPACE, PREFIX

_FIXTURES: Final = ROOT / "clients" / "wissel" / "clients" / "fixtures"
_FILES: Final = {
    "POVO": "dossier-overstap.xml",
    "BB": "dossier-binnenbrin.xml",
    "POSWV": "dossier-swv.xml",
}
_BASES: Final = {
    "POVO": ("POVO", ()),
    "POPO": ("POVO", ("metadata/overstap=POPO", "cat_vve=OPTIONEEL")),
    "VOVO": ("POVO", ("metadata/overstap=VOVO", "cat_vombo=OPTIONEEL")),
    "BB": ("BB", ()),
    "POSWV": ("POSWV", ()),
    "VOSWV": (
        "POSWV",
        (
            "metadata/overstap=VOSWV",
            "cat_vve=VERBODEN",
            "cat_vombo=OPTIONEEL",
            "cat_eindtoetsbo=OPTIONEEL",
        ),
    ),
}


def dossier(profile: str, *edits: str) -> bytes:
    """Return a made-up dossier of a profile, edited."""
    file, own = _BASES[profile]
    root = etree.fromstring((_FIXTURES / _FILES[file]).read_bytes())
    for each in (*own, *edits):
        _edit(root, each)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _edit(root: etree._Element, edit: str) -> None:
    if edit.startswith("-"):
        found = _find(root, edit[1:])
        found.getparent().remove(found)  # type: ignore[union-attr]
    elif "+<" in edit:
        path, _, xml = edit.partition("+")
        added = etree.fromstring(f"<x xmlns='{NAMESPACE}'>{xml}</x>")
        _find(root, path).extend(list(added))
    else:
        path, _, text = edit.partition("=")
        _find(root, path).text = text


def _find(root: etree._Element, path: str) -> etree._Element:
    if path == "dossier":
        return root
    steps = "/".join(PREFIX + step for step in path.split("/"))
    found = root.find(f".//{steps}")
    assert found is not None, path
    return found
