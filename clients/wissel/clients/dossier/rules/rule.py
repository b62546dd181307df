"""What a rule is, and the few shapes that almost all of them have."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wissel.clients.dossier.document import Dossier, Place, child_of, text_of
from wissel.clients.dossier.reading import Element

Find = Callable[[Dossier], Iterator[Place]]
When = Callable[[Element], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with the ids under which it is published; the first of them is reported.

    `sentence` is ours and Dutch. `find` yields each place that breaks the rule.
    `only` are the transitions that the rule is for, empty for all of its profile.
    """

    ids: tuple[str, ...]
    sentence: str
    find: Find
    only: tuple[str, ...] = ()


def rule(ids: str, sentence: str, find: Find, only: str = "") -> Rule:
    """Return a rule; `ids` are separated by `|` and `only` by spaces."""
    return Rule(tuple(ids.split("|")), sentence, find, tuple(only.split()))


def always(_: Element) -> bool:
    """Hold for every element."""
    return True


def required(at: str, child: str, when: When = always) -> Find:
    """Find each element `at` that has no such child, though `when` holds for it."""

    def find(dossier: Dossier) -> Iterator[Place]:
        for parent in dossier.all(at):
            if when(parent) and child_of(parent, child) is None:
                yield Place(parent, child)

    return find


def forbidden(at: str, child: str, when: When = always) -> Find:
    """Find each element `at` that has such a child, though `when` holds for it."""

    def find(dossier: Dossier) -> Iterator[Place]:
        for parent in dossier.all(at):
            if child_of(parent, child) is not None and when(parent):
                yield Place(parent, child)

    return find


def one_of(at: str, *children: str, when: When = always) -> Find:
    """Find each element `at` that has none of these children, though `when` holds for it."""

    def find(dossier: Dossier) -> Iterator[Place]:
        for parent in dossier.all(at):
            if when(parent) and all(child_of(parent, name) is None for name in children):
                yield Place(parent, children[0])

    return find


def wrong(at: str, child: str, is_right: Callable[[str], bool], when: When = always) -> Find:
    """Find each element `at` with a child whose text is not right, though `when` holds."""

    def find(dossier: Dossier) -> Iterator[Place]:
        for parent in dossier.all(at):
            is_there = child_of(parent, child) is not None and when(parent)
            if is_there and not is_right(text_of(parent, child)):
                yield Place(parent, child)

    return find
