"""What the register held at an earlier moment (design.md#history)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

PAST: Final = {
    Reason.NOTHING_KNOWN_YET: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "At that moment the register held nothing yet[: it begins at {begins}].",
            "Ask about a later moment, or about revision 1.",
        ),
        nl=Words(
            "Op dat moment stond er nog niets in het register[: het begint op {begins}].",
            "Vraag naar een later moment, of naar revisie 1.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.KNOWN_IN_FUTURE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "What will be known at a later moment cannot be told[: at the hub it is {now}].",
            "Leave the moment out to ask what is known now; a day to come is what on_date or "
            "reference_date is for.",
        ),
        nl=Words(
            "Wat op een later moment bekend zal zijn is niet te zeggen[: op de hub is het {now}].",
            "Laat het moment weg om te vragen wat nu bekend is; voor een dag in de toekomst is er "
            "on_date of reference_date.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
}
