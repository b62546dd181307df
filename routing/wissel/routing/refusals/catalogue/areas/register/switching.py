"""Rules of the register for switching systems and copying mandates (rules R3 and R5)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SWITCHING_AND_COPYING: Final = {
    Reason.NOTHING_TO_SWITCH: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "There is no mandate[ of {organisation}][ to {system_id}][ for {service}] in force[ on "
            "{on}] that could make way.",
            "Look in the list of mandates which system has it on that day, or give a new mandate.",
        ),
        nl=Words(
            "Er is[ op {on}] geen mandaat[ van {organisation}][ aan {system_id}][ voor {service}] "
            "van kracht dat plaats kan maken.",
            "Kijk in de lijst met mandaten welk systeem het op die dag heeft, of geef een nieuw "
            "mandaat af.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
    Reason.SWITCH_PENDING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The mandate already makes way for another system[: its last day is {end}].",
            "Undo that switch first[: it gave mandate {mandate_id}].",
        ),
        nl=Words(
            "Het mandaat maakt al plaats voor een ander systeem[: de laatste dag is {end}].",
            "Maak die overstap eerst ongedaan[: hij gaf mandaat {mandate_id}].",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
    Reason.SWITCH_NOT_FOUND: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "No mandate made way for this one[: {mandate_id}], or it was changed since.",
            "Change both mandates one by one: withdraw the one, give the other its last day.",
        ),
        nl=Words(
            "Geen mandaat maakte plaats voor dit mandaat[: {mandate_id}], of het is sindsdien "
            "gewijzigd.",
            "Wijzig beide mandaten een voor een: trek het ene in en geef het andere zijn laatste "
            "dag.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
    Reason.COPY_TOKEN_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This token was not given to this person for this mandate and these schools.",
            "Ask for a preview, and confirm it with the same schools and the token in it.",
        ),
        nl=Words(
            "Dit token is niet aan deze persoon gegeven voor dit mandaat en deze scholen.",
            "Vraag een overzicht vooraf op en bevestig het met dezelfde scholen en het token erin.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.COPY_PREVIEW_STALE: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "What the preview showed is not so any more, or it was made too long ago[: more than "
            "{minutes} minutes].",
            "Look at a new preview, and confirm that one.",
        ),
        nl=Words(
            "Wat het overzicht vooraf toonde is niet meer zo, of het is te lang geleden gemaakt[: "
            "meer dan {minutes} minuten].",
            "Bekijk een nieuw overzicht en bevestig dat.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.NOTHING_TO_COPY: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The mandate[ {mandate_id}] can be copied to none of these schools.",
            "The state of each row says why: give the mandate individually, or sign what lacks.",
        ),
        nl=Words(
            "Het mandaat[ {mandate_id}] kan naar geen van deze scholen worden gekopieerd.",
            "De status van elke regel zegt waarom: geef het mandaat per school af, of onderteken "
            "wat ontbreekt.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
}
