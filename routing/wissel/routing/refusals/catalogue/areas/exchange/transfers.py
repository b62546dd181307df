"""Sessions of prepare and fetch (design.md#transfers)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

TRANSFERS: Final = {
    Reason.SESSION_UNKNOWN: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such session of the caller.",
            "Start a session with StartTransfer, and use its id at this hub.",
        ),
        nl=Words(
            "Er is geen sessie van de aanroeper met dit id.",
            "Begin een sessie met StartTransfer en gebruik het id bij deze hub.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SESSION_EXPIRED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words("The session has expired: it lasts for 24 hours.", "Ask for the dossier anew."),
        nl=Words("De sessie is verlopen: zij duurt 24 uur.", "Vraag het dossier opnieuw aan."),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SESSION_SIGNED_OFF: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The session was signed off[, with {result}].",
            "Ask for the dossier anew if it is still needed.",
        ),
        nl=Words(
            "De sessie is al afgemeld[, met {result}].",
            "Vraag het dossier opnieuw aan als het nog nodig is.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SESSION_DEVIATES: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "What was asked for differs from the session[: {at}].",
            "Give no dossier. Whoever asked must use the school, delivery point and kind of its "
            "session.",
        ),
        nl=Words(
            "Wat werd gevraagd, wijkt af van de sessie[: {at}].",
            "Geef geen dossier. De aanvrager moet school, aanleverpunt en soort van zijn sessie "
            "gebruiken.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.DELIVERY_POINT_UNKNOWN: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The delivery point is not that of the session, or not the caller's[: {routing_key}].",
            "Use the routing key of an active endpoint of the caller, the same in the whole "
            "session.",
        ),
        nl=Words(
            "Het aanleverpunt is niet dat van de sessie, of niet van de aanroeper"
            "[: {routing_key}].",
            "Gebruik het routeringskenmerk van een actief endpoint van de aanroeper, hetzelfde in "
            "de hele sessie.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SOURCE_NOT_CONNECTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The school[ {organisation}] has no active delivery point[ for {service}].",
            "Ask the school to connect its administration system, or to hand the dossier over in "
            "another way.",
        ),
        nl=Words(
            "De school[ {organisation}] heeft geen actief aanleverpunt[ voor {service}].",
            "Vraag de school haar administratiesysteem aan te sluiten, of het dossier op een "
            "andere manier over te dragen.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.VENDOR,
        public=frozenset({"organisation", "service"}),
    ),
    Reason.TRANSFERS_EXCEEDED: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many sessions were started with this school[: {limit} in 24 hours are allowed].",
            "Wait, and look at why the same school is asked so often.",
        ),
        nl=Words(
            "Er zijn te veel sessies met deze school begonnen[: {limit} in 24 uur mogen er].",
            "Wacht, en ga na waarom dezelfde school zo vaak wordt bevraagd.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=3600,
        own_delay=True,
    ),
}
