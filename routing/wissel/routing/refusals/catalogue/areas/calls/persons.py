"""Who acts behind a portal, and for which board (design.md#persons)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

PERSONS: Final = {
    Reason.PERSON_NUMBER_IN_TOKEN: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The token names its person by what may be a BSN or onderwijsnummer[ (issuer "
            "{issuer})]; the hub does not keep such a number.",
            "Let the broker send a pseudonym as `sub`.",
        ),
        nl=Words(
            "Het token noemt de persoon met wat een BSN of onderwijsnummer kan zijn[ (uitgever "
            "{issuer})]; de hub bewaart zo'n nummer niet.",
            "Laat de inlogdienst een pseudoniem als `sub` meegeven.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
    ),
    Reason.PERSON_ROLE_MISSING: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "This person has no right to manage mandates[: the login of {issuer} has to bring one "
            "of these roles: {roles}].",
            "Ask the administrator of Mijn DUO for the role OSR-toegang, or the administrator of "
            "eHerkenning for Kennisnet beheren, and log in again.",
        ),
        nl=Words(
            "Deze persoon mag geen mandaten beheren[: de inlog van {issuer} moet een van deze "
            "rollen meebrengen: {roles}].",
            "Vraag de beheerder van Mijn DUO om de rol OSR-toegang, of de machtigingsbeheerder "
            "van eHerkenning om Kennisnet beheren, en log opnieuw in.",
        ),
        owner=Owner.BOARD,
        contact=Contact.DUO,
    ),
    Reason.PERSON_LEVEL_TOO_LOW: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "This person logged in at too low a level of assurance[; at least {least} is asked].",
            "Log in again with a means of the level that is asked.",
        ),
        nl=Words(
            "Deze persoon is ingelogd op een te laag betrouwbaarheidsniveau[; gevraagd wordt ten "
            "minste {least}].",
            "Log opnieuw in met een middel van het gevraagde niveau.",
        ),
        owner=Owner.CALLER,
        contact=Contact.DUO,
        also=frozenset({"issuer"}),
    ),
    Reason.PERSON_REPRESENTS_NOBODY: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The token names no board, school or KvK number for which its person acts[ (issuer "
            "{issuer})].",
            "Ask the administrator of Mijn DUO or eHerkenning to assign the organisation to this "
            "person, and log in again.",
        ),
        nl=Words(
            "Het token noemt geen bestuur, school of KvK-nummer waarvoor de persoon handelt[ "
            "(uitgever {issuer})].",
            "Vraag de beheerder van Mijn DUO of eHerkenning de organisatie aan deze persoon toe te "
            "kennen, en log opnieuw in.",
        ),
        owner=Owner.BOARD,
        contact=Contact.DUO,
    ),
    Reason.KVK_UNKNOWN: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "No board or samenwerkingsverband has this KvK number[: {kvk}].",
            "Ask the service desk to add the KvK number to the board or samenwerkingsverband.",
        ),
        nl=Words(
            "Geen bestuur of samenwerkingsverband heeft dit KvK-nummer[: {kvk}].",
            "Vraag de servicedesk het KvK-nummer bij het bestuur of samenwerkingsverband te "
            "zetten.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.KENNISNET,
    ),
    Reason.KVK_AMBIGUOUS: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "More than one board or samenwerkingsverband has this KvK number[: {kvk}].",
            "Ask the service desk to correct the KvK numbers, so that this one is of a single "
            "organisation.",
        ),
        nl=Words(
            "Meer dan één bestuur of samenwerkingsverband heeft dit KvK-nummer[: {kvk}].",
            "Vraag de servicedesk de KvK-nummers te verbeteren, zodat dit nummer van één "
            "organisatie is.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.KENNISNET,
    ),
    Reason.ORGANISATION_NOT_YOURS: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "Who calls does not act for this organisation[: {organisation}].",
            "Choose one of your own; the administrator of Mijn DUO or eHerkenning assigns "
            "organisations to a person.",
        ),
        nl=Words(
            "Wie aanroept, handelt niet namens deze organisatie[: {organisation}].",
            "Kies een eigen organisatie; de beheerder van Mijn DUO of eHerkenning kent een "
            "persoon organisaties toe.",
        ),
        owner=Owner.CALLER,
        contact=Contact.DUO,
    ),
    Reason.BOARD_SCOPE_REQUIRED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "This person acts for single schools; agreements are the board's.",
            "Let a person of the board do this, or sign on paper through the service desk.",
        ),
        nl=Words(
            "Deze persoon handelt voor losse scholen; overeenkomsten zijn van het bestuur.",
            "Laat iemand van het bestuur dit doen, of teken op papier via de servicedesk.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
    Reason.SIGNING_ROLE_MISSING: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "This person may manage mandates, and may not sign for the board[: the login of "
            "{issuer} has to bring one of these roles: {roles}].",
            "Let a person with a signing role do this, or sign on paper through the service desk.",
        ),
        nl=Words(
            "Deze persoon mag mandaten beheren, en mag niet tekenen namens het bestuur[: de inlog "
            "van {issuer} moet een van deze rollen meebrengen: {roles}].",
            "Laat iemand met tekenbevoegdheid dit doen, of teken op papier via de servicedesk.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
    ),
    Reason.REAUTHENTICATION_REQUIRED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "Signing asks for a recent login[ of at most {minutes} minutes ago].",
            "Log in again (`prompt=login` or `max_age`) and repeat this with the new token.",
        ),
        nl=Words(
            "Voor tekenen is een recente inlog nodig[, van hooguit {minutes} minuten geleden].",
            "Log opnieuw in (`prompt=login` of `max_age`) en herhaal dit met het nieuwe token.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
}
