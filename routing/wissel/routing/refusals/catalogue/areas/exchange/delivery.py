"""What can go wrong on the way to the receiver (design.md#forwarding)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

_HUB: Final = {
    Reason.RECORD_UNAVAILABLE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The hub could not record the message, so it has not called the receiver.",
            "Send it again unchanged; if it stays, tell the operator.",
        ),
        nl=Words(
            "De hub kon het bericht niet vastleggen en heeft de ontvanger daarom niet aangeroepen.",
            "Stuur het ongewijzigd opnieuw; meld het de beheerder van de hub als het aanhoudt.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=5,
        own_delay=True,
    ),
    Reason.DELIVERY_UNCERTAIN: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The receiver may have got this message, and the route now leads to another receiver"
            "[: {message_id}].",
            "Ask the receiver of the first attempt whether it has the message; send a new message "
            "only if it has not.",
        ),
        nl=Words(
            "De ontvanger heeft dit bericht misschien gekregen, en de route leidt nu naar een "
            "andere ontvanger[: {message_id}].",
            "Vraag de ontvanger van de eerste poging of hij het bericht heeft; stuur alleen een "
            "nieuw bericht als dat niet zo is.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"problem"}),
    ),
    Reason.TRANSFER_LIMIT: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many messages are on their way at once[, at most {limit}].",
            "Wait and send again, and send fewer messages side by side.",
        ),
        nl=Words(
            "Er zijn te veel berichten tegelijk onderweg[, hoogstens {limit}].",
            "Wacht en stuur opnieuw, en verzend minder berichten naast elkaar.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=5,
        own_delay=True,
    ),
    Reason.DEADLINE_TOO_SHORT: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The deadline of the call leaves too little time[: {remaining}].",
            "Give the call more time; a dossier of some size may take a minute or more.",
        ),
        nl=Words(
            "De deadline van de aanroep laat te weinig tijd over[: {remaining}].",
            "Geef de aanroep meer tijd; een dossier van enige omvang kan een minuut of langer "
            "duren.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
}

_SENDER: Final = {
    Reason.SENDER_GONE: Entry(
        code=Code.ABORTED,
        en=Words(
            "The stream of the sender broke off before its end; the receiver has no complete "
            "message.",
            "Send it again unchanged.",
        ),
        nl=Words(
            "De stroom van de verzender brak voor het einde af; de ontvanger heeft geen volledig "
            "bericht.",
            "Stuur het ongewijzigd opnieuw.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        retry_seconds=1,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.SENDER_TOO_SLOW: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The parts of the message came too slowly, and the hub stopped waiting.",
            "Send it again over a faster connection, with chunks of at least 64 KiB.",
        ),
        nl=Words(
            "De delen van het bericht kwamen te langzaam en de hub wacht niet langer.",
            "Stuur het opnieuw over een snellere verbinding, met chunks van ten minste 64 KiB.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        of_source=Reason.SOURCE_TOO_SLOW,
    ),
}

_DIALLING: Final = {
    Reason.ADDRESS_NOT_ALLOWED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The receiver's host name leads to an address that the hub does not call[: {host}].",
            "The receiver's vendor publishes a public address for its endpoint.",
        ),
        nl=Words(
            "De hostnaam van de ontvanger leidt naar een adres dat de hub niet aanroept[: {host}].",
            "De leverancier van de ontvanger publiceert een openbaar adres voor zijn endpoint.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        receiver_absent=True,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.RECEIVER_UNREACHABLE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The hub cannot connect to the receiver's system[: {host}][; {problem}].",
            "Send it again later unchanged; the receiver's vendor can check its endpoint.",
        ),
        nl=Words(
            "De hub kan geen verbinding maken met het systeem van de ontvanger[: {host}]"
            "[; {problem}].",
            "Stuur het later ongewijzigd opnieuw; de leverancier van de ontvanger kan zijn "
            "endpoint controleren.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=60,
        also=frozenset({"cause"}),
        receiver_absent=True,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.RECEIVER_UNTRUSTED: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The system at the receiver's address could not prove to be the receiver's"
            "[: {problem}].",
            "The receiver's vendor installs a valid certificate for this host with the OIN of the "
            "receiving system; send again later.",
        ),
        nl=Words(
            "Het systeem op het adres van de ontvanger kon niet aantonen dat het van de ontvanger "
            "is[: {problem}].",
            "De leverancier van de ontvanger installeert een geldig certificaat voor deze host met "
            "het OIN van het ontvangende systeem; stuur later opnieuw.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=300,
        also=frozenset({"cause"}),
        receiver_absent=True,
        of_source=Reason.SOURCE_FAILED,
    ),
}

_RECEIVER: Final = {
    Reason.RECEIVER_UNAVAILABLE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The receiver's system[ at {host}][ of {receiver_oin}] does not answer in time, so "
            "the hub sends it nothing for the moment.",
            "Send it again unchanged, no sooner than the status says; the receiver's vendor can "
            "see what holds its system up.",
        ),
        nl=Words(
            "Het systeem van de ontvanger[ op {host}][ van {receiver_oin}] antwoordt niet op tijd "
            "en de hub stuurt er voorlopig niets heen.",
            "Stuur het ongewijzigd opnieuw, niet eerder dan de status zegt; de leverancier van de "
            "ontvanger kan nagaan wat zijn systeem ophoudt.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=30,
        own_delay=True,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.RECEIVER_TIMEOUT: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The receiver's system did not answer in time[; the message is then {state}].",
            "Send it again unchanged; a receiver that has it already answers with its receipt.",
        ),
        nl=Words(
            "Het systeem van de ontvanger antwoordde niet op tijd[; het bericht is dan {state}].",
            "Stuur het ongewijzigd opnieuw; een ontvanger die het al heeft, antwoordt met zijn "
            "ontvangstbewijs.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=60,
        receiver_absent=True,
        of_source=Reason.SOURCE_TOO_SLOW,
    ),
    Reason.RECEIVER_FAILED: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The receiver's system failed while it took the message[: {code}]"
            "[, {receiver_reason}].",
            "Send it again later unchanged; the receiver's vendor can look in its log.",
        ),
        nl=Words(
            "Het systeem van de ontvanger faalde bij het aannemen van het bericht[: {code}]"
            "[, {receiver_reason}].",
            "Stuur het later ongewijzigd opnieuw; de leverancier van de ontvanger kan in zijn log "
            "kijken.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=60,
        own_delay=True,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.RECEIVER_PROXY_FAILED: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "A proxy in front of the receiver's system answered in its place[: HTTP "
            "{http_status}].",
            "Send it again later unchanged; the receiver's vendor looks at its proxy. 413: it lets "
            "no request of this size through; 502, 503 or 504: the system behind it does not "
            "answer, or not in time; 401, 403 or 407: it wants something that a hub does not have; "
            "any other: it does not pass gRPC over HTTP/2 on.",
        ),
        nl=Words(
            "Een proxy vóór het systeem van de ontvanger antwoordde in zijn plaats[: HTTP "
            "{http_status}].",
            "Stuur het later ongewijzigd opnieuw; de leverancier van de ontvanger kijkt naar zijn "
            "proxy. 413: die laat geen verzoek van deze grootte door; 502, 503 of 504: het systeem "
            "erachter antwoordt niet of niet op tijd; 401, 403 of 407: die wil iets wat een hub "
            "niet heeft; elke andere: die geeft gRPC over HTTP/2 niet door.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=60,
        of_source=Reason.SOURCE_FAILED,
    ),
    Reason.RECEIVER_REFUSED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The receiver's system refused the message[: {receiver_reason}]. This is final for "
            "this message_id.",
            "Ask the receiving school what it needs, and send a new message.",
        ),
        nl=Words(
            "Het systeem van de ontvanger weigerde het bericht[: {receiver_reason}]. Dat is "
            "definitief voor dit message_id.",
            "Vraag de ontvangende school wat zij nodig heeft en stuur een nieuw bericht.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.SCHOOL,
        also=frozenset({"receiver_text"}),
    ),
    Reason.RECEIPT_INVALID: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The receiver's system answered without a receipt that proves delivery[: {problem}].",
            "Send it again unchanged: it goes to the same receiver only, which answers with its "
            "receipt if it has the message.",
        ),
        nl=Words(
            "Het systeem van de ontvanger antwoordde zonder ontvangstbewijs dat de aflevering "
            "aantoont[: {problem}].",
            "Stuur het ongewijzigd opnieuw: het gaat alleen naar dezelfde ontvanger, die met zijn "
            "ontvangstbewijs antwoordt als hij het bericht heeft.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.SCHOOL,
        retry_seconds=60,
        also=frozenset({"at"}),
    ),
}

DELIVERY: Final = {**_HUB, **_SENDER, **_DIALLING, **_RECEIVER}
