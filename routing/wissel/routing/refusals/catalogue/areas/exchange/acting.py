"""Why a system may not act for an organisation (design.md#acting)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Action, Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

ACTING: Final = {
    Reason.SECTOR_NOT_SERVED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The service[ {service}] is not for the sector of this school[ {organisation}]"
            "[: {sectors}][, it serves {served}].",
            "Choose a service for this sector; if the sector is wrong, the school has it mended in "
            "RIO, and the next import of DUO's file brings it.",
        ),
        nl=Words(
            "De dienst[ {service}] is er niet voor de sector van deze school[ {organisation}]"
            "[: {sectors}][, maar voor {served}].",
            "Kies een dienst voor deze sector; als de sector niet klopt, laat de school die in RIO "
            "verbeteren en neemt de volgende import van het bestand van DUO hem over.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        action=Action.SERVE_SECTOR,
    ),
    Reason.MANDATE_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "There is no mandate in force[ of {organisation}][ for {service}][ to {system_id}]"
            "[ on {on}].",
            "The board gives the mandate in the OSR, or extends it if it ended.",
        ),
        nl=Words(
            "Er is geen mandaat van kracht[ van {organisation}][ voor {service}][ aan {system_id}]"
            "[ op {on}].",
            "Het bestuur geeft het mandaat af in het OSR, of verlengt het als het is geëindigd.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        action=Action.GIVE_MANDATE,
    ),
    Reason.MANDATE_AWAITING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The mandate[ {mandate_id}] counts once the owner of the service has processed it"
            "[: {service}][, which was to be expected by {overdue_since}].",
            "Wait for it; if that takes longer than to be expected, ask DUO.",
        ),
        nl=Words(
            "Het mandaat[ {mandate_id}] telt zodra de eigenaar van de dienst het heeft verwerkt"
            "[: {service}][, wat uiterlijk {overdue_since} te verwachten was].",
            "Wacht het af; neem contact op met DUO als het langer duurt dan te verwachten is.",
        ),
        owner=Owner.SERVICE_OWNER,
        contact=Contact.DUO,
        action=Action.PROCESS_MANDATE,
        also=frozenset({"desk", "on", "organisation"}),
    ),
    Reason.MANDATE_REJECTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The owner of the service has rejected the mandate[ {mandate_id}][: {service}].",
            "Read in the mandate why; the board then ends it and gives a new one.",
        ),
        nl=Words(
            "De eigenaar van de dienst heeft het mandaat[ {mandate_id}] afgewezen[: {service}].",
            "Lees in het mandaat waarom; het bestuur beëindigt het dan en geeft een nieuw af.",
        ),
        owner=Owner.BOARD,
        contact=Contact.DUO,
        action=Action.PROCESS_MANDATE,
        also=frozenset({"desk", "on", "organisation"}),
    ),
    Reason.SYSTEM_NOT_QUALIFIED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The system[ {system_id}] is not qualified for this service[: {service}]"
            "[, it lacks {lacking}].",
            "The vendor completes the qualification test, and the operator records it.",
        ),
        nl=Words(
            "Het systeem[ {system_id}] is niet gekwalificeerd voor deze dienst[: {service}]"
            "[, het mist {lacking}].",
            "De leverancier rondt de kwalificatietest af en de beheerder van de hub legt dat vast.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        action=Action.QUALIFY_SYSTEM,
        also=frozenset({"desk", "on", "organisation"}),
    ),
    Reason.ROLLOUT_CLOSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The service[ {service}] is not open yet for this system[ {system_id}] at this "
            "school[: {organisation}][, it opens on {opens}].",
            "Wait until the operator opens it, or ask to be a pilot school.",
        ),
        nl=Words(
            "De dienst[ {service}] staat voor dit systeem[ {system_id}] nog niet open bij deze "
            "school[: {organisation}][, dat gebeurt op {opens}].",
            "Wacht tot de beheerder van de hub hem openzet, of vraag om pilotschool te worden.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.KENNISNET,
        action=Action.OPEN_ROLLOUT,
        also=frozenset({"on", "stage"}),
    ),
}
