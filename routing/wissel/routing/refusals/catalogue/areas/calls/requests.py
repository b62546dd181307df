"""The shape of a request (design.md#contract)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

REQUESTS: Final = {
    Reason.FIELD_REQUIRED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A required field is empty[: {field}].",
            "Fill the field and call again.",
        ),
        nl=Words(
            "Een verplicht veld is leeg[: {field}].",
            "Vul het veld en roep opnieuw aan.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"allowed"}),
    ),
    Reason.FIELD_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A field has a value that is not possible here[: {field}][ is {value}][, {problem}].",
            "Give a value that the contract describes for this field[: {expected}].",
        ),
        nl=Words(
            "Een veld heeft een waarde die hier niet kan[: {field}][ is {value}][, {problem}].",
            "Geef een waarde zoals het contract die voor dit veld beschrijft[: {expected}].",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"allowed"}),
    ),
    Reason.IDENTIFIER_MALFORMED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "An identifier is not well-formed[: {field}][ is {value}][, which is no {kind}].",
            "Write identifiers in full, in the form that the contract gives[, such as {example}].",
        ),
        nl=Words(
            "Een identificatie heeft niet de juiste vorm[: {field}][ is {value}][, dat is geen "
            "{kind}].",
            "Schrijf identificaties voluit, in de vorm die het contract geeft[, zoals {example}].",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.DATE_MALFORMED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This is not a calendar day[: {field}].",
            "Write days as yyyy-mm-dd, such as 2026-08-01.",
        ),
        nl=Words(
            "Dit is geen kalenderdag[: {field}].",
            "Schrijf dagen als jjjj-mm-dd, zoals 2026-08-01.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.PERIOD_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The period ends[ ({end})] before it starts[ ({start})].",
            "Give an end date on or after the start date; both days count.",
        ),
        nl=Words(
            "De periode eindigt[ ({end})] voordat ze begint[ ({start})].",
            "Geef een einddatum op of na de startdatum; beide dagen tellen mee.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.PAGE_EXPIRED: Entry(
        code=Code.ABORTED,
        en=Words(
            "The register as it was at the first page of this list is not kept any more.",
            "Start again without a token, and ask for all pages over one connection[ within "
            "{seconds} seconds].",
        ),
        nl=Words(
            "Het register zoals het was bij de eerste pagina van deze lijst wordt niet meer "
            "bewaard.",
            "Begin opnieuw zonder token, en vraag alle pagina's over één verbinding[ binnen "
            "{seconds} seconden].",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.PAGE_TOKEN_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The page token does not belong to this list with these conditions.",
            "Repeat the call with the next_page_token and the same conditions as before, or "
            "start again without a token.",
        ),
        nl=Words(
            "Het page token hoort niet bij deze lijst met deze voorwaarden.",
            "Herhaal de aanroep met het next_page_token en dezelfde voorwaarden als eerst, of "
            "begin opnieuw zonder token.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.RESUME_TOKEN_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The resume token is none that this hub gave.",
            "Watch with the last resume_token as it came, or list the mandates and watch with "
            "the token of the list.",
        ),
        nl=Words(
            "Het resume token is geen token dat deze hub gaf.",
            "Volg met het laatste resume_token zoals het kwam, of vraag de mandaten op en volg "
            "met het token van die lijst.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.BATCH_TOO_LARGE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The request holds more items than fit in one call[: {count}][, at most {limit}].",
            "Split it over several calls.",
        ),
        nl=Words(
            "Het verzoek bevat meer items dan in één aanroep passen[: {count}][, hoogstens "
            "{limit}].",
            "Verdeel het over meer aanroepen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.REASON_REQUIRED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This change needs a reason.",
            "Say in the field `reason` why this is done; it is kept with the change.",
        ),
        nl=Words(
            "Deze wijziging vraagt om een reden.",
            "Zet in het veld `reason` waarom dit gebeurt; de reden blijft bij de wijziging "
            "bewaard.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.ACCOUNT_REQUIRED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A change by an operator needs the account of the person who makes it.",
            "Send the account in the metadata `wissel-user`.",
        ),
        nl=Words(
            "Een wijziging door een beheerder vraagt om het account van wie hem maakt.",
            "Stuur het account mee in de metadata `wissel-user`.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.PERSON_NUMBER_IN_TEXT: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The text holds nine digits that could be a BSN or onderwijsnummer[: {field}].",
            "Leave numbers of persons out; name the case by a ticket number instead.",
        ),
        nl=Words(
            "De tekst bevat negen cijfers die een BSN of onderwijsnummer kunnen zijn[: {field}].",
            "Laat nummers van personen weg; verwijs naar het geval met een ticketnummer.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.REQUEST_ID_REUSED: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "This request_id was used before, for a request with another content.",
            "Use a new UUID for each new request; repeat an id only with the same request.",
        ),
        nl=Words(
            "Dit request_id is al eens gebruikt, voor een verzoek met een andere inhoud.",
            "Gebruik voor elk nieuw verzoek een nieuw UUID; herhaal een id alleen met hetzelfde "
            "verzoek.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field", "request_id"}),
    ),
    Reason.REQUEST_MISSING: Entry(
        code=Code.UNIMPLEMENTED,
        en=Words(
            "The call ended without its request.",
            "Send exactly one message; this is a fault of the client library.",
        ),
        nl=Words(
            "De aanroep eindigde zonder verzoek.",
            "Stuur precies één bericht; dit is een fout van de clientbibliotheek.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.REQUEST_TOO_LARGE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The request is larger than this method takes[: {size} bytes][, at most {limit}].",
            "Leave out what the contract does not ask, or split it over several calls.",
        ),
        nl=Words(
            "Het verzoek is groter dan deze methode aanneemt[: {size} bytes][, hoogstens {limit}].",
            "Laat weg wat het contract niet vraagt, of verdeel het over meer aanroepen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.REQUEST_UNFINISHED: Entry(
        code=Code.DEADLINE_EXCEEDED,
        en=Words(
            "The request was not complete in time[, within {seconds} seconds].",
            "Send the whole message at once; look at the connection if that is slow.",
        ),
        nl=Words(
            "Het verzoek was niet op tijd compleet[, binnen {seconds} seconden].",
            "Stuur het hele bericht in één keer; kijk naar de verbinding als dat langzaam gaat.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
}
