"""The token of a person whom a portal acts for (design.md#persons)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

TOKENS: Final = {
    Reason.TOKEN_REQUIRED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "A portal does this for a person, and the call brings no token of one.",
            "Send the token of the person's login as `authorization: Bearer TOKEN`.",
        ),
        nl=Words(
            "Een portaal doet dit namens een persoon, en de aanroep heeft geen token van iemand.",
            "Stuur het token van de inlog mee als `authorization: Bearer TOKEN`.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_NOT_EXPECTED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "Only a portal acts for persons, and this party is none[: its role is {role}].",
            "Leave `authorization` out, or call with the certificate of the portal.",
        ),
        nl=Words(
            "Alleen een portaal handelt namens personen, en deze partij is dat niet[: haar rol is "
            "{role}].",
            "Laat `authorization` weg, of gebruik het certificaat van het portaal.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_MALFORMED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "What came as a token is none that the hub reads[: {problem}].",
            "Send exactly one signed JWT as `authorization: Bearer TOKEN`.",
        ),
        nl=Words(
            "Wat als token meekwam, kan de hub niet lezen[: {problem}].",
            "Stuur precies één ondertekend JWT mee als `authorization: Bearer TOKEN`.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_ALGORITHM_NOT_ALLOWED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token is not signed with an algorithm that counts.",
            "Let the broker sign with RSA or ECDSA, such as RS256, PS256 or ES256; `none` and "
            "HMAC never count.",
        ),
        nl=Words(
            "Het token is niet ondertekend met een algoritme dat telt.",
            "Laat de inlogdienst ondertekenen met RSA of ECDSA, zoals RS256, PS256 of ES256; "
            "`none` en HMAC tellen nooit.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_ISSUER_UNKNOWN: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token was issued by somebody whom this hub does not know.",
            "Let the person log in with a broker that this hub trusts; its operator sets them.",
        ),
        nl=Words(
            "Het token is uitgegeven door iemand die deze hub niet kent.",
            "Laat de persoon inloggen via een inlogdienst die deze hub vertrouwt; de beheerder "
            "van de hub stelt die in.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_KEY_UNKNOWN: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token is signed with a key that its issuer does not publish[: {issuer}].",
            "Get a new token; if that one fails too, ask the operator whether the issuer's keys "
            "are the right ones.",
        ),
        nl=Words(
            "Het token is ondertekend met een sleutel die de uitgever niet publiceert[: {issuer}].",
            "Haal een nieuw token; lukt het ook daarmee niet, vraag dan de beheerder van de hub "
            "of de sleutels van de uitgever kloppen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_SIGNATURE_INVALID: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The signature of the token is not that of its issuer[: {issuer}].",
            "Send the token exactly as the issuer gave it.",
        ),
        nl=Words(
            "De handtekening van het token is niet die van de uitgever[: {issuer}].",
            "Stuur het token precies zoals de uitgever het gaf.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.TOKEN_NOT_YET_VALID: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token counts from a later moment on.",
            "Wait until it counts, and check the clocks of portal and broker.",
        ),
        nl=Words(
            "Het token telt pas vanaf een later moment.",
            "Wacht tot het telt, en controleer de klokken van portaal en inlogdienst.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.TOKEN_EXPIRED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token has expired.",
            "Renew the token, or let the person log in again.",
        ),
        nl=Words(
            "Het token is verlopen.",
            "Vernieuw het token, of laat de persoon opnieuw inloggen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.TOKEN_LIFETIME_TOO_LONG: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token lives for longer than the hub takes[: at most {minutes} minutes].",
            "Let the broker issue tokens of a shorter life.",
        ),
        nl=Words(
            "Het token leeft langer dan de hub aanneemt[: hooguit {minutes} minuten].",
            "Laat de inlogdienst tokens met een kortere looptijd uitgeven.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.TOKEN_FOR_ANOTHER: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token is meant for another audience than this hub[: {audience}].",
            "Ask the broker for a token with this hub as its audience.",
        ),
        nl=Words(
            "Het token is voor een ander bedoeld dan deze hub[: {audience}].",
            "Vraag de inlogdienst om een token met deze hub als `aud`.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.TOKEN_OF_ANOTHER_PORTAL: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The token was issued to another portal than the one that presents it.",
            "Send a token that this portal's own client got; its operator sets which client "
            "belongs to which OIN.",
        ),
        nl=Words(
            "Het token is uitgegeven aan een ander portaal dan dat het toont.",
            "Stuur een token dat de eigen client van dit portaal kreeg; de beheerder van de hub "
            "stelt in welke client bij welk OIN hoort.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.TOKEN_CLAIM_INVALID: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The token does not say what it has to[: {claim} {problem}].",
            "Let the broker issue the claim as docs/operations.md describes it.",
        ),
        nl=Words(
            "Het token zegt niet wat het moet zeggen[: {claim} {problem}].",
            "Laat de inlogdienst de claim uitgeven zoals docs/operations.md die beschrijft.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        also=frozenset({"issuer"}),
    ),
    Reason.ISSUER_UNAVAILABLE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The keys of the token's issuer cannot be fetched now[: {issuer}].",
            "Try again later; the operator sees in the log what fails.",
        ),
        nl=Words(
            "De sleutels van de uitgever van het token zijn nu niet op te halen[: {issuer}].",
            "Probeer het later opnieuw; de beheerder van de hub ziet in het log wat er misgaat.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=60,
        own_delay=True,
    ),
}
