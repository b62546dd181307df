"""What a receiving LAS answers to a hub (design.md#forwarding)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

RECEIVING: Final = {
    Reason.OUTCOME_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The outcome does not hold, or not for this delivery[: {problem}][ ({at})].",
            "Sign a DeliveryOutcome as the receiver of the message, with the digests of its header "
            "and of your receipt.",
        ),
        nl=Words(
            "De uitkomst geldt niet, of niet voor deze aflevering[: {problem}][ ({at})].",
            "Onderteken een DeliveryOutcome als ontvanger van het bericht, met de digests van de "
            "header en van uw ontvangstbewijs.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.OUTCOME_OUTDATED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "A later outcome of this message is known[: {kept}].",
            "Nothing is to be done, unless the time in the outcome is wrong: check the clock.",
        ),
        nl=Words(
            "Van dit bericht is een latere uitkomst bekend[: {kept}].",
            "Er hoeft niets te gebeuren, tenzij de tijd in de uitkomst onjuist is: controleer de "
            "klok.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.OUTCOME_NOT_EXPECTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "Only of a delivered message an outcome can be told[; this one is {state}].",
            "Tell it after the message was delivered and you signed its receipt.",
        ),
        nl=Words(
            "Alleen van een afgeleverd bericht kan een uitkomst worden gemeld[; dit is {state}].",
            "Meld haar nadat het bericht is afgeleverd en u het ontvangstbewijs hebt ondertekend.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
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
