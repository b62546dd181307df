"""Why there is no route (design.md#deciding)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Action, Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

_OF_A_RECEIVER: Final = frozenset(
    {"organisation", "service", "on", "vestiging", "aanleverpunt", "routing_key", "closed"}
    | {"choices", "count", "successor"}
)
"""What the other side may read of a receiver: no system, agreement or identifier."""

_SIDES: Final = {
    Reason.SENDER_UNKNOWN: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The register does not know the sender[: {organisation}].",
            "Check the sender's BRIN, code or OIN.",
        ),
        nl=Words(
            "Het register kent de verzender niet[: {organisation}].",
            "Controleer het BRIN, de code of het OIN van de verzender.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        action=Action.REGISTER_SCHOOL,
        also=frozenset({"field"}),
    ),
    Reason.SENDER_CLOSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The sending school[ {organisation}] closed too long ago[, on {closed}]; dossiers can "
            "leave it for twelve months.",
            "Ask the board that keeps the school's records to hand the dossier over.",
        ),
        nl=Words(
            "De verzendende school[ {organisation}] is te lang geleden gesloten[, op {closed}]; "
            "dossiers kunnen er twaalf maanden lang vertrekken.",
            "Vraag het bestuur dat de administratie van de school bewaart, het dossier over te "
            "dragen.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        action=Action.REOPEN_SCHOOL,
    ),
    Reason.SENDER_NOT_ALLOWED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "No system of this caller may send for the sender[ {organisation}][ over {service}].",
            "The sender's board gives a mandate to the vendor's system for this service; "
            "ExplainRoute shows what is missing.",
        ),
        nl=Words(
            "Geen systeem van deze aanroeper mag voor de verzender[ {organisation}] verzenden[ "
            "over {service}].",
            "Het bestuur van de verzender geeft een mandaat af aan het systeem van de leverancier "
            "voor deze dienst; ExplainRoute toont wat er ontbreekt.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        action=Action.ASK_OTHERWISE,
    ),
    Reason.RECEIVER_UNKNOWN: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The register does not know the receiver[: {organisation}][, vestiging {vestiging}].",
            "Check the receiver's BRIN and vestiging, or its code.",
        ),
        nl=Words(
            "Het register kent de ontvanger niet[: {organisation}][, vestiging {vestiging}].",
            "Controleer het BRIN en de vestiging van de ontvanger, of de code.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        action=Action.REGISTER_SCHOOL,
        other_side=Reason.RECEIVER_UNKNOWN,
        public=_OF_A_RECEIVER,
    ),
    Reason.RECEIVER_CLOSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The receiving school or vestiging[ {organisation}] has closed[ on {closed}][; it goes "
            "on as {successor}].",
            "Ask at which school the pupil is enrolled now, and send the dossier there[: it may be "
            "{successor}].",
        ),
        nl=Words(
            "De ontvangende school of vestiging[ {organisation}] is gesloten[ op {closed}][; zij "
            "gaat verder als {successor}].",
            "Vraag bij welke school de leerling nu is ingeschreven en stuur het dossier daarheen[: "
            "dat kan {successor} zijn].",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        action=Action.REOPEN_SCHOOL,
        other_side=Reason.RECEIVER_CLOSED,
        public=_OF_A_RECEIVER,
        also=frozenset({"vestiging"}),
    ),
    Reason.RECEIVER_NOT_CONNECTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The receiver[ {organisation}] cannot receive over this service at the moment[: "
            "{service}].",
            "Ask the receiving school; its board or its administration system can see what is "
            "still missing.",
        ),
        nl=Words(
            "De ontvanger[ {organisation}] kan op dit moment niet over deze dienst ontvangen[: "
            "{service}].",
            "Vraag het de ontvangende school; haar bestuur of haar administratiesysteem kan zien "
            "wat er nog ontbreekt.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        action=Action.CONNECT_RECEIVER,
        public=_OF_A_RECEIVER,
        also=frozenset({"aanleverpunt", "closed", "count", "on", "routing_key", "vestiging"}),
    ),
}

_ENDPOINTS: Final = {
    Reason.ENDPOINT_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "No endpoint[ of {organisation}][ for {service}] answers to this selection[ on {on}].",
            "The vendor with the mandate registers an endpoint for the school or vestiging; or "
            "leave out the vestiging, aanleverpunt or routing key that was asked for.",
        ),
        nl=Words(
            "Geen endpoint[ van {organisation}][ voor {service}] past bij deze keuze[ op {on}].",
            "De leverancier met het mandaat registreert een endpoint voor de school of vestiging; "
            "of laat de gevraagde vestiging, het aanleverpunt of het routeringskenmerk weg.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        action=Action.REGISTER_ENDPOINT,
        also=frozenset({"aanleverpunt", "desk", "routing_key", "system_id", "vestiging"}),
    ),
    Reason.ENDPOINT_UNAPPROVED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The extra aanleverpunt[ {aanleverpunt}][ of {organisation}] waits for its approval.",
            "The operator approves it once the school agrees; then repeat the call.",
        ),
        nl=Words(
            "Het extra aanleverpunt[ {aanleverpunt}][ van {organisation}] wacht op goedkeuring.",
            "De beheerder keurt het goed zodra de school akkoord is; herhaal dan de aanroep.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.KENNISNET,
        action=Action.APPROVE_ENDPOINT,
        also=frozenset({"endpoint_id", "service", "system_id"}),
    ),
    Reason.ENDPOINT_SUSPENDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The endpoint[ {endpoint_id}] is closed for traffic for the time being.",
            "Its vendor resumes it when it can receive again; then repeat the call.",
        ),
        nl=Words(
            "Het endpoint[ {endpoint_id}] is voorlopig gesloten voor verkeer.",
            "De leverancier opent het weer zodra het kan ontvangen; herhaal dan de aanroep.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        action=Action.RESUME_ENDPOINT,
        other_side=Reason.ENDPOINT_UNAVAILABLE,
        also=frozenset({"desk", "organisation", "service", "system_id"}),
    ),
    Reason.ENDPOINT_UNAVAILABLE: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The place where the receiver[ {organisation}] gets these messages is closed for the "
            "time being.",
            "Try again later, or ask the receiving school.",
        ),
        nl=Words(
            "De plek waar de ontvanger[ {organisation}] deze berichten krijgt, is voorlopig "
            "gesloten.",
            "Probeer het later opnieuw, of vraag het de ontvangende school.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        action=Action.CONNECT_RECEIVER,
        other_side=Reason.ENDPOINT_UNAVAILABLE,
        public=_OF_A_RECEIVER,
        also=frozenset({"service"}),
    ),
    Reason.ROUTE_AMBIGUOUS: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "It is not clear which place of the receiver[ {organisation}] is meant, and the hub "
            "does not guess[: {choices}].",
            "Name the vestiging, aanleverpunt or routing key that is meant.",
        ),
        nl=Words(
            "Het is niet duidelijk welke plek van de ontvanger[ {organisation}] wordt bedoeld, en "
            "de hub gokt niet[: {choices}].",
            "Noem de vestiging, het aanleverpunt of het routeringskenmerk dat wordt bedoeld.",
        ),
        owner=Owner.CALLER,
        contact=Contact.SCHOOL,
        action=Action.CHOOSE_ENDPOINT,
        other_side=Reason.ROUTE_AMBIGUOUS,
        public=_OF_A_RECEIVER,
        also=frozenset({"count", "service", "version"}),
    ),
}

_REVISIONS: Final = {
    Reason.REGISTRY_STALE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "This process of the hub is behind on the register and does not decide on old facts.",
            "Repeat the call in a moment.",
        ),
        nl=Words(
            "Dit proces van de hub loopt achter op het register en beslist niet op oude gegevens.",
            "Herhaal de aanroep over enkele ogenblikken.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=2,
        own_delay=True,
    ),
    Reason.REVISION_UNKNOWN: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The register has no such revision[: {revision}].",
            "Use a revision that this hub has answered with.",
        ),
        nl=Words(
            "Het register heeft die revisie niet[: {revision}].",
            "Gebruik een revisie die deze hub heeft geantwoord.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.REVISION_NOT_REACHED: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "This process of the hub has not caught up yet with that revision[: {revision}].",
            "Repeat the call in a moment.",
        ),
        nl=Words(
            "Dit proces van de hub is nog niet bij de gevraagde revisie[: {revision}].",
            "Herhaal de aanroep over enkele ogenblikken.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=1,
        own_delay=True,
    ),
    Reason.QUOTA_EXCEEDED: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "This caller has asked for more routes or endpoints than its quota allows for now.",
            "Wait the time that the status names, and ask only for what is needed.",
        ),
        nl=Words(
            "Deze aanroeper heeft meer routes of endpoints opgevraagd dan het quotum nu toelaat.",
            "Wacht de tijd die de status noemt en vraag alleen op wat nodig is.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=10,
        own_delay=True,
        also=frozenset({"per_minute", "quota"}),
    ),
}

DECIDING: Final = {**_SIDES, **_ENDPOINTS, **_REVISIONS}
