"""What each reason means: status code, words in English and Dutch, and who can help.

`CATALOGUE` has an entry for every `Reason`. `describe` fills the words with the
metadata of a refusal; `status_message` is the text of a gRPC status.
`docs/errors.md` and `errors.json` are written from it by
`python -m wissel.routing.refusals.catalogue`.
"""

from wissel.routing.refusals.catalogue.entries import AREAS, CATALOGUE
from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.catalogue.render import (
    Language,
    Text,
    contact_of,
    describe,
    owner_of,
    status_message,
)

__all__ = [
    "AREAS",
    "CATALOGUE",
    "Code",
    "Contact",
    "Entry",
    "Language",
    "Owner",
    "Text",
    "Words",
    "contact_of",
    "describe",
    "owner_of",
    "status_message",
]
