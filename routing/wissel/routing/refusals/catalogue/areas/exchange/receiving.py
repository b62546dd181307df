"""What a receiving LAS answers to a hub (design.md#forwarding)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

RECEIVING: Final = {
    Reason.HUB_NOT_TRUSTED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "This LAS takes messages only from its own hub[; the call came from {oin}].",
            "Check which hub this LAS has been set up for: test and production have other OINs.",
        ),
        nl=Words(
            "Dit LAS neemt alleen berichten aan van zijn eigen hub[; de aanroep kwam van {oin}].",
            "Controleer voor welke hub dit LAS is ingesteld: test en productie hebben een ander "
            "OIN.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.STAMP_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The hub's order to deliver does not hold, or not for this message[: {problem}].",
            "Deliver with a fresh order for exactly this message, and check the clocks.",
        ),
        nl=Words(
            "De afleveropdracht van de hub geldt niet, of niet voor dit bericht[: {problem}].",
            "Lever af met een verse opdracht voor precies dit bericht en controleer de klokken.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        also=frozenset({"at"}),
    ),
    Reason.STAMP_NOT_MINE: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The hub's order to deliver is for another receiver[: {receiver_oin}].",
            "Check the URL and the system of the endpoint that was chosen.",
        ),
        nl=Words(
            "De afleveropdracht van de hub is voor een andere ontvanger[: {receiver_oin}].",
            "Controleer de URL en het systeem van het gekozen endpoint.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
}
