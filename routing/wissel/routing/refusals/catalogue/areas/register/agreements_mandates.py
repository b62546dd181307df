"""Rules of the register for agreements and mandates (rules R1 to R4)."""

from typing import Final

from wissel.routing.refusals.catalogue.areas.register.agreements import AGREEMENTS
from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

_COMMON: Final = {
    Reason.SCHOOL_CLOSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The school or vestiging[ {organisation}] has closed[ on {closed}], so nothing new is "
            "registered for it.",
            "Check the BRIN; if it is open after all, the next import of DUO's file opens it.",
        ),
        nl=Words(
            "De school of vestiging[ {organisation}] is gesloten[ op {closed}]; er wordt niets "
            "nieuws voor geregistreerd.",
            "Controleer het BRIN; als de school toch open is, opent de volgende import van het "
            "bestand van DUO haar weer.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.ALREADY_REGISTERED: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "This is in the register already[: {key}].",
            "Read what is there, and change that instead of registering it again.",
        ),
        nl=Words(
            "Dit staat al in het register[: {key}].",
            "Lees wat er staat en wijzig dat, in plaats van het opnieuw te registreren.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        public=frozenset({"entity"}),
        foreign=True,
        also=frozenset({"entity", "field"}),
    ),
}

_MANDATES: Final = {
    Reason.MANDATE_OVERLAPS: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "A mandate for the same organisation, service and system exists in this period"
            "[: {mandate_id}].",
            "Choose a period that shares no day with it, or change the mandate that exists.",
        ),
        nl=Words(
            "Er is in deze periode al een mandaat voor dezelfde organisatie, dienst en systeem"
            "[: {mandate_id}].",
            "Kies een periode die er geen dag mee deelt, of wijzig het bestaande mandaat.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        public=frozenset({"organisation", "service", "system_id"}),
        foreign=True,
        also=frozenset({"organisation", "service", "system_id"}),
    ),
    Reason.DATE_IN_PAST: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "This day lies before today[: {field}][, {date}].",
            "Choose today or a later day; only an operator can set an earlier start, with a "
            "reason.",
        ),
        nl=Words(
            "Deze dag ligt voor vandaag[: {field}][, {date}].",
            "Kies vandaag of een latere dag; alleen de beheerder van de hub kan een eerdere "
            "startdatum zetten, met een reden.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"today"}),
    ),
    Reason.MANDATE_STARTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The mandate has started[ on {start}], so its start date is fixed.",
            "Change its end date, or end it and give a new mandate.",
        ),
        nl=Words(
            "Het mandaat is begonnen[ op {start}], dus de startdatum staat vast.",
            "Wijzig de einddatum, of beëindig het en geef een nieuw mandaat af.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        also=frozenset({"field", "mandate_id"}),
    ),
    Reason.MANDATE_ENDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The mandate has ended[ on {end}] and stays as it is.",
            "If the vendor should act for the school again, the board gives a new mandate.",
        ),
        nl=Words(
            "Het mandaat is geëindigd[ op {end}] en blijft zoals het is.",
            "Als de leverancier weer voor de school mag optreden, geeft het bestuur een nieuw "
            "mandaat af.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        also=frozenset({"mandate_id"}),
    ),
    Reason.PROCESSING_NOT_REQUIRED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "A mandate for this service[: {service}] counts without its owner.",
            "Nothing has to be said about it; ListPendingMandates shows what waits.",
        ),
        nl=Words(
            "Een mandaat voor deze dienst[: {service}] telt zonder de eigenaar van de dienst.",
            "Er hoeft niets over te worden gemeld; ListPendingMandates toont wat wacht.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"mandate_id"}),
    ),
}

_CONFLICTS: Final = {
    Reason.ETAG_MISMATCH: Entry(
        code=Code.ABORTED,
        en=Words(
            "This was changed since it was read.",
            "Read it again, and repeat the change with its new etag.",
        ),
        nl=Words(
            "Dit is gewijzigd sinds het werd gelezen.",
            "Lees het opnieuw en herhaal de wijziging met de nieuwe etag.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"etag", "field"}),
    ),
    Reason.CONTENTION: Entry(
        code=Code.ABORTED,
        en=Words(
            "Another change to the register was going on for too long; nothing was changed.",
            "Repeat the call with the same request_id.",
        ),
        nl=Words(
            "Een andere wijziging van het register duurde te lang; er is niets gewijzigd.",
            "Herhaal de aanroep met hetzelfde request_id.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=1,
        own_delay=True,
    ),
}

AGREEMENTS_AND_MANDATES: Final = {**AGREEMENTS, **_COMMON, **_MANDATES, **_CONFLICTS}
