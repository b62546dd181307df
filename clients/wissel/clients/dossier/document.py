"""One dossier as its rules look at it: its elements by name, and where something stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from wissel.clients.dossier.reading import PREFIX, Element


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, or lacks: a parent, and the name of its child."""

    parent: Element
    child: str = ""

    @property
    def element(self) -> Element:
        """The child where it is there, else its parent."""
        found = child_of(self.parent, self.child) if self.child else None
        return self.parent if found is None else found


class Dossier:
    """The elements of one `dossier`, by the names of the gegevensset, without its namespace."""

    def __init__(self, elements: Iterable[Element]) -> None:
        """`elements`: the dossier and all that it contains, in document order."""
        by_name: defaultdict[str, list[Element]] = defaultdict(list)
        start = len(PREFIX)
        for element in elements:
            by_name[element.tag[start:]].append(element)
        self._by_name = dict(by_name)
        self.root = self._by_name["dossier"][0]
        self.delivery = {
            each.tag[start:]: (each.text or "").strip()
            for block in self.all("categorie_uitlevering")
            for each in block
        }
        """What the dossier says of each category, by field: `cat_vve`: `VERBODEN`."""

    def all(self, name: str) -> Sequence[Element]:
        """Return all elements of a name."""
        return self._by_name.get(name, ())

    def text(self, *path: str) -> str:
        """Return the text of the first element along `path` from the root, or nothing."""
        element: Element | None = self.root
        for name in path:
            element = child_of(element, name) if element is not None else None
        return "" if element is None else (element.text or "").strip()


def child_of(parent: Element, name: str) -> Element | None:
    """Return the first child of a name."""
    return next(parent.iterchildren(PREFIX + name), None)


def text_of(parent: Element, name: str) -> str:
    """Return the text of the first child of a name, or nothing."""
    child = child_of(parent, name)
    return "" if child is None else (child.text or "").strip()


def is_true(parent: Element, name: str) -> bool:
    """Whether a child says `true` (in XSD also `1`)."""
    return text_of(parent, name) in {"true", "1"}


def is_false(parent: Element, name: str) -> bool:
    """Whether a child says `false` (in XSD also `0`)."""
    return text_of(parent, name) in {"false", "0"}


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def path_of(element: Element) -> str:
    """Return a path such as `/dossier/huidigeschool/leerling/verzorger[2]`."""
    steps: list[str] = []
    at: Element | None = element
    while at is not None:
        parent = at.getparent()
        twins = [] if parent is None else parent.findall(at.tag)
        number = f"[{twins.index(at) + 1}]" if len(twins) > 1 else ""
        steps.append(name_of(at) + number)
        at = parent
    return "/" + "/".join(reversed(steps))
