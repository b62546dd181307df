"""The catalogue as documents: `docs/errors.md` for people, `errors.json` for programs."""

import json
from typing import Any, Final

from wissel.routing.refusals.catalogue.counterparts import of_reason, oso_result
from wissel.routing.refusals.catalogue.counterparts.documents import as_chapter, as_records
from wissel.routing.refusals.catalogue.entries import AREAS, CATALOGUE
from wissel.routing.refusals.catalogue.entry import Entry, Words
from wissel.routing.refusals.catalogue.render import NAME, Language, contact_of, fill, owner_of
from wissel.routing.refusals.reasons import Reason

FIELD: Final = "field"
"""What words call the field of a request that is at fault."""

_INTRODUCTION: Final = """\
# Errors

*Written by `python -m wissel.routing.refusals.catalogue`; change the catalogue instead.*

Every refusal has a reason. Reasons are never renamed, so a LAS can translate them for its users;
the same words, in English and Dutch, are in `errors.json` beside
`wissel.routing.refusals.catalogue`.

A gRPC status carries `google.rpc.ErrorInfo` with the reason, the domain `wissel` and metadata, by
the names below; a name is absent where it is not known. Its text reads
`REASON: sentence. Fix: sentence.` With `accept-language: nl` a `LocalizedMessage` says the same in
Dutch. Where *Field* is said, `google.rpc.BadRequest` has one violation with the name of the field
at fault, such as `sender.routing_key`; it is not in the metadata. Where *RetryInfo* is said, the
status carries one: repeat the call unchanged, not sooner. A refusal about the other side of an
exchange tells less, on purpose. `Help` says whom to ask, as *Contact* does below. How these
details are read from the bytes of a status is in [the protocol](protocol.md#refusals-on-the-wire).

Names of other documents, such as `SessieAfwijkend`, are
[at the end](#if-you-come-from-oso-the-osr-or-edukoppeling) and in `counterparts.json`;
`wissel errors` takes them too.
"""


def as_markdown() -> str:
    """Return the text of `docs/errors.md`."""
    parts = [_INTRODUCTION]
    for area, entries in AREAS.items():
        parts.append(f"## {area}\n")
        parts += [_section(reason, entry) for reason, entry in entries.items()]
    return "\n".join([*parts, as_chapter()])


def as_json() -> str:
    """Return the text of `errors.json`.

    In its sentences `{name}` is a value of the metadata, and `[...]` a part
    that is left out when one of its values is missing.
    """
    table = {reason.value: _record(reason, CATALOGUE[reason]) for reason in Reason}
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def counterparts_as_json() -> str:
    """Return the text of `counterparts.json`: what is documented elsewhere, in order."""
    return json.dumps(as_records(), indent=2, ensure_ascii=False) + "\n"


def metadata_names(entry: Entry) -> list[str]:
    """Return the names of the metadata that a refusal may carry, sorted."""
    return sorted(_names(entry) - {FIELD})


def names_a_field(entry: Entry) -> bool:
    """Whether a refusal may name the field of the request that is at fault."""
    return FIELD in _names(entry)


def shown_names(entry: Entry) -> set[str]:
    """Return the names, the field among them, that the words of an entry can show."""
    texts = (entry.en.sentence, entry.en.fix, entry.nl.sentence, entry.nl.fix)
    return {name for text in texts for name in NAME.findall(text)}


def _names(entry: Entry) -> set[str]:
    return shown_names(entry) | entry.also


def _section(reason: Reason, entry: Entry) -> str:
    marks = [f"`{entry.code}`", f"up to {owner_of(entry.owner, 'en')}"]
    if entry.retry_seconds is not None:
        marks.append(f"RetryInfo {entry.retry_seconds} s{', or as it says' * entry.own_delay}")
    if result := oso_result(reason):
        marks.append(f"OSO result `{result}`")
    names = ", ".join(f"`{name}`" for name in metadata_names(entry))
    told = (f" Metadata: {names}." if names else "") + " Field: in `BadRequest`." * names_a_field(
        entry
    )
    others = [f"`{each.name}`" for each in of_reason(reason) if each.name != result]
    told += f" Elsewhere: {', '.join(others)}." if others else ""
    paragraphs = [
        f"### {reason}",
        " · ".join(marks),
        f"{_plain(entry.en.sentence)} **Fix:** {_plain(entry.en.fix)}",
        f"*Nederlands:* {_plain(entry.nl.sentence)} **Oplossing:** {_plain(entry.nl.fix)}",
        f"Contact: {contact_of(entry.contact, 'en')}." + told,
    ]
    return "\n\n".join(paragraphs) + "\n"


def _record(reason: Reason, entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code.value,
        "retry_seconds": entry.retry_seconds,
        "oso_result": oso_result(reason),
        "counterparts": [each.name for each in of_reason(reason)],
        "metadata": metadata_names(entry),
        "names_field": names_a_field(entry),
        "en": _words(entry, entry.en, "en"),
        "nl": _words(entry, entry.nl, "nl"),
    }


def _words(entry: Entry, words: Words, language: Language) -> dict[str, str]:
    return {
        "sentence": words.sentence,
        "fix": words.fix,
        "owner": owner_of(entry.owner, language),
        "contact": contact_of(entry.contact, language),
    }


def _plain(template: str) -> str:
    """Return a template without its optional parts."""
    return fill(template, {})
