"""From a reason and its metadata to words for a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from wissel.routing.refusals.catalogue.contacts import contact_text, owner_text
from wissel.routing.refusals.catalogue.entries import CATALOGUE
from wissel.routing.refusals.catalogue.entry import Contact, Owner
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side

Language = Literal["en", "nl"]

OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
"""A part of a template that is left out when one of its names is missing."""
NAME: Final = re.compile(r"\{([a-z_]+)\}")
"""A name in a template that stands for one value of the metadata."""
DESK: Final = "desk"
"""The metadata that tells how to reach the desk of the very system, or owner, that can help."""
_VALUE_LIMIT: Final = 200  # keeps a sentence a sentence, and a status within its 4 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One refusal in words: what happened, what helps, who can do it, whom to ask."""

    reason: Reason
    language: Language
    sentence: str
    fix: str
    owner: str
    contact: str


def describe(
    reason: Reason,
    metadata: Mapping[str, str],
    language: Language = "en",
    side: Side = Side.QUERY,
) -> Text:
    """Return the words for a refusal; metadata that is missing is left out of them.

    `side` is the side whose board or vendor can take the fix, where that matters. The
    desk that the metadata names is asked before the one of the catalogue (R10).
    """
    entry = CATALOGUE[reason]
    words = entry.nl if language == "nl" else entry.en
    return Text(
        reason=reason,
        language=language,
        sentence=fill(words.sentence, metadata),
        fix=fill(words.fix, metadata),
        owner=owner_of(entry.owner, language, side),
        contact=metadata.get(DESK) or contact_of(entry.contact, language),
    )


def status_message(reason: Reason, metadata: Mapping[str, str], language: Language = "en") -> str:
    """Return the text of a status: `REASON: sentence. Fix: sentence.` (design.md#errors)."""
    text = describe(reason, metadata, language)
    label = "Oplossing" if language == "nl" else "Fix"
    return f"{reason}: {text.sentence} {label}: {text.fix}"


def owner_of(owner: Owner, language: Language, side: Side = Side.QUERY) -> str:
    """Return who can take the fix, such as `the receiver's board`."""
    return owner_text(owner, side)[language]


def contact_of(contact: Contact, language: Language) -> str:
    """Return whom to ask, and how to reach them where that is known."""
    return contact_text(contact)[language]


def fill(template: str, metadata: Mapping[str, str]) -> str:
    """Return a template with its names replaced by the metadata.

    A value is never read as a template itself. An optional part whose names are
    not all there, or are empty, is left out.
    """
    pieces: list[str] = []
    for literal, optional in _pieces(template):
        names = NAME.findall(optional)
        pieces.append(literal)
        if all(metadata.get(name) for name in names):
            pieces.append(NAME.sub(lambda match: _shown(metadata[match[1]]), optional))
    return "".join(pieces)


@cache
def _pieces(template: str) -> tuple[tuple[str, str], ...]:
    """Return a template as pairs: plain text, and the optional part that follows it."""
    parts = OPTIONAL.split(template)
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))


def _shown(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _VALUE_LIMIT else f"{line[:_VALUE_LIMIT]}..."
