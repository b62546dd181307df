"""Fetching a dossier from its source (design.md#fetching); the names are ours, not OSO's."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

FETCHING: Final = {
    Reason.DOSSIER_NOT_READY: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The source knows the pupil, and has not prepared the dossier yet.",
            "Ask the source school to prepare it, and fetch it later.",
        ),
        nl=Words(
            "De bron kent de leerling, maar het dossier staat nog niet klaar.",
            "Vraag de oude school het klaar te zetten en haal het later op.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        of_source=Reason.DOSSIER_NOT_READY,
        by_source=True,
        transfer_result="NOT_READY",
    ),
    Reason.DOSSIER_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The source has no dossier for this key.",
            "Ask at the school's other delivery points, and check the number of the pupil.",
        ),
        nl=Words(
            "De bron heeft geen dossier bij deze sleutel.",
            "Vraag het bij de andere aanleverpunten van de school en controleer het nummer van de "
            "leerling.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        of_source=Reason.DOSSIER_NOT_FOUND,
        by_source=True,
        transfer_result="NOT_FOUND",
    ),
    Reason.DOSSIER_UNCHANGED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The dossier is the one that the caller has.",
            "Keep it: there is nothing newer.",
        ),
        nl=Words(
            "Het dossier is hetzelfde als dat wat de aanroeper heeft.",
            "Houd het: er is niets nieuwers.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"message_id"}),
        of_source=Reason.DOSSIER_UNCHANGED,
        by_source=True,
        transfer_result="UNCHANGED",
    ),
    Reason.DOSSIER_VERSION_MISMATCH: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The source cannot give the dossier in a version that the caller accepts.",
            "Accept another version, or ask the source's vendor for the one that is in force.",
        ),
        nl=Words(
            "De bron kan het dossier niet geven in een versie die de aanroeper aanvaardt.",
            "Aanvaard een andere versie of vraag de leverancier van de bron om de geldende.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        of_source=Reason.DOSSIER_VERSION_MISMATCH,
        by_source=True,
        transfer_result="VERSION_MISMATCH",
    ),
    Reason.REQUESTER_NOT_ALLOWED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The source school has not prepared the dossier for this requester.",
            "Ask the source school to allow the requester.",
        ),
        nl=Words(
            "De oude school heeft het dossier niet voor deze aanvrager klaargezet.",
            "Vraag de oude school de aanvrager toe te staan.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        of_source=Reason.REQUESTER_NOT_ALLOWED,
        by_source=True,
        transfer_result="REQUESTER_NOT_ALLOWED",
    ),
    Reason.SOURCE_REFUSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The source's system refused to give the dossier[: {source_reason}].",
            "Ask the source school or its vendor why.",
        ),
        nl=Words(
            "Het systeem van de bron weigerde het dossier te geven[: {source_reason}].",
            "Vraag de oude school of haar leverancier waarom.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        also=frozenset({"source_text"}),
        of_source=Reason.SOURCE_REFUSED,
    ),
    Reason.SOURCE_FAILED: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The source's system could not be reached, or its answer was cut off[: {problem}].",
            "Fetch it again later; if it stays so, its vendor must repair it.",
        ),
        nl=Words(
            "Het systeem van de bron was niet te bereiken, of brak zijn antwoord af[: {problem}].",
            "Haal het later nog eens op; blijft het zo, dan moet zijn leverancier het herstellen.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=5,
        own_delay=True,
    ),
    Reason.SOURCE_TOO_SLOW: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The source's system did not give the dossier in time.",
            "Fetch it again later, with a longer deadline if it was short.",
        ),
        nl=Words(
            "Het systeem van de bron gaf het dossier niet op tijd.",
            "Haal het later nog eens op, met een langere deadline als die kort was.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=5,
    ),
    Reason.SOURCE_INVALID: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "What the source's system gave is not what was asked for, or is damaged"
            "[: {problem}][ ({at})].",
            "Its vendor must repair it; nothing of it is complete.",
        ),
        nl=Words(
            "Wat het systeem van de bron gaf, is niet wat werd gevraagd, of is beschadigd"
            "[: {problem}][ ({at})].",
            "Zijn leverancier moet het herstellen; niets ervan is volledig.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.REQUESTER_TOO_SLOW: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The dossier was not read in time.",
            "Fetch it again, and read its parts as they come.",
        ),
        nl=Words(
            "Het dossier werd niet op tijd gelezen.",
            "Haal het opnieuw op en lees de delen zoals zij komen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.REQUESTER_GONE: Entry(
        code=Code.ABORTED,
        en=Words(
            "The call was broken off before the dossier was complete.",
            "Fetch it again.",
        ),
        nl=Words(
            "De aanroep werd afgebroken voordat het dossier volledig was.",
            "Haal het opnieuw op.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.NOT_FOUND_EXCEEDED: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many keys led to no dossier at this school[: {limit} in 24 hours are allowed].",
            "Wait, and check the numbers of the pupils and at which school they were.",
        ),
        nl=Words(
            "Te veel sleutels leidden bij deze school niet naar een dossier[: {limit} in 24 uur "
            "zijn toegestaan].",
            "Wacht, en controleer de nummers van de leerlingen en op welke school zij zaten.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=3600,
        own_delay=True,
    ),
    Reason.ORDER_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The order to provide a dossier is not one of this hub, or not for now[: {problem}]"
            "[ ({at})].",
            "Provide nothing. The operator of the hub must look at it.",
        ),
        nl=Words(
            "De opdracht om een dossier te geven is niet van deze hub, of niet voor nu"
            "[: {problem}][ ({at})].",
            "Geef niets. De beheerder van de hub moet ernaar kijken.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
    ),
}
