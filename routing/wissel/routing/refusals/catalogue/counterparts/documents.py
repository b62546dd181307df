"""The table as a chapter of `docs/errors.md`, and as records for programs."""

from collections.abc import Mapping
from typing import Any, Final

from wissel.routing.refusals.catalogue.counterparts import (
    COUNTERPARTS,
    SOURCES,
    Counterpart,
    Standard,
)

_INTRODUCTION: Final = """\
## If you come from OSO, the OSR or Edukoppeling

What other documents call an answer, and what says the same here. A name without a reason or an
answer has nothing here that says it, and its row tells why. Reasons that no table names are of
Wissel alone.
"""
_TITLES: Final[Mapping[Standard, str]] = {
    Standard.OSO: "OSO",
    Standard.OSR: "OSR",
    Standard.OSR_PROPOSED: "OSR, proposed",
    Standard.EDUKOPPELING: "Edukoppeling",
}
_TEXTS: Final[Mapping[Standard, str]] = {
    Standard.OSO: """\
Results of the Traffic Center, by the message that they answer. The other results of
`SignOffTransfer` and the refusals of [fetching](#fetching-a-dossier) have no documented name.
""",
    Standard.OSR: """\
Refusals of its REST interface. Which method became of each operation is in
[osr-parity.md](osr-parity.md).
""",
    Standard.OSR_PROPOSED: """\
A catalogue of faults that was proposed for the OSR. No document of it has these codes; what they
are about is asked for all the same.
""",
    Standard.EDUKOPPELING: """\
Fault codes of SOAP messages with WS-Addressing headers. Here the connection and the method's path
say some of what those headers say, and signed messages the rest.
""",
}


def as_chapter() -> str:
    """Return the chapter; of the OSR it has the refusals alone."""
    parts = [_INTRODUCTION]
    for standard, title in _TITLES.items():
        rows = [_row(each) for each in COUNTERPARTS if each.standard is standard and _told(each)]
        head = ["| there | says | here |", "|---|---|---|"]
        parts.append("\n".join([f"### {title}\n", _TEXTS[standard], *head, *rows, ""]))
    return "\n".join(parts)


def as_records() -> list[dict[str, Any]]:
    """Return every row of the table, in order."""
    return [
        {
            "standard": each.standard.value,
            "source": SOURCES[each.standard],
            "name": each.name,
            "where": each.where,
            "en": {"says": each.says.en, "note": each.note.en if each.note else ""},
            "nl": {"says": each.says.nl, "note": each.note.nl if each.note else ""},
            "reasons": [reason.value for reason in each.reasons],
            "answer": each.answer,
        }
        for each in COUNTERPARTS
    ]


def _told(counterpart: Counterpart) -> bool:
    return counterpart.standard is not Standard.OSR or bool(counterpart.reasons)


def _row(counterpart: Counterpart) -> str:
    here = [f"`{counterpart.answer}`"] if counterpart.answer else []
    here += [f"[{reason}](#{reason.value.lower()})" for reason in counterpart.reasons]
    told = [", ".join(here) + "." if here else "", counterpart.note.en if counterpart.note else ""]
    there = f"`{counterpart.name}`" + (f" ({counterpart.where})" if counterpart.where else "")
    return f"| {there} | {counterpart.says.en} | {' '.join(filter(None, told))} |"
