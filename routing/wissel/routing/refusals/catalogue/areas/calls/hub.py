"""The hub itself (design.md#staleness)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

HUB: Final = {
    Reason.SHUTTING_DOWN: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "This process of the hub is stopping.",
            "Connect again and repeat the call; another process takes it.",
        ),
        nl=Words(
            "Dit proces van de hub stopt.",
            "Verbind opnieuw en herhaal de aanroep; een ander proces neemt hem over.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=1,
    ),
    Reason.OVERLOADED: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "The hub has more calls waiting than it can answer in time.",
            "Wait a moment and repeat the call; wait longer after each refusal.",
        ),
        nl=Words(
            "Bij de hub wachten meer aanroepen dan hij op tijd kan beantwoorden.",
            "Wacht even en herhaal de aanroep; wacht na elke weigering langer.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=1,
        own_delay=True,
    ),
    Reason.CALL_LIMIT: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many of your calls are under way at once[, at most {limit}].",
            "Wait for their answers, take these, and end the streams that you do not need.",
        ),
        nl=Words(
            "Er zijn te veel van uw aanroepen tegelijk onderweg[, hoogstens {limit}].",
            "Wacht op de antwoorden, neem ze aan, en beëindig streams die u niet nodig hebt.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=1,
    ),
    Reason.CONNECTION_LIMIT: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "You have more connections to the hub than it gives to one party[, at most {limit}].",
            "Use one connection for many calls, and close those that you do not use.",
        ),
        nl=Words(
            "U hebt meer verbindingen met de hub dan een partij krijgt[, hoogstens {limit}].",
            "Gebruik één verbinding voor veel aanroepen, en sluit wat u niet gebruikt.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=5,
    ),
    Reason.DATABASE_UNAVAILABLE: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The hub cannot reach its database at the moment; nothing was changed.",
            "Repeat the call with the same request_id; if it stays, tell the operator.",
        ),
        nl=Words(
            "De hub kan zijn database op dit moment niet bereiken; er is niets gewijzigd.",
            "Herhaal de aanroep met hetzelfde request_id; meld het de beheerder van de hub als "
            "het aanhoudt.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=5,
        own_delay=True,
    ),
    Reason.WATCH_LIMIT: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "This party already watches as often as it may[: at most {limit} at once in this "
            "process].",
            "End a watch that is not needed: one is enough to follow everything.",
        ),
        nl=Words(
            "Deze partij volgt al zo vaak als mag[: hoogstens {limit} tegelijk in dit proces].",
            "Stop met volgen waar dat niet nodig is: eenmaal is genoeg om alles te volgen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=10,
    ),
    Reason.IMPACT_LIMIT: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "The hub already works out as much for this party as it may[: at most {limit} at "
            "once].",
            "Wait until those are answered, and ask again.",
        ),
        nl=Words(
            "De hub rekent voor deze partij al zoveel uit als mag[: hoogstens {limit} tegelijk].",
            "Wacht tot die beantwoord zijn, en vraag het opnieuw.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=2,
    ),
    Reason.IMPACT_TOO_LARGE: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Working out what this change would do took longer than the hub allows[, {seconds} "
            "seconds]; nothing was changed.",
            "Ask about a smaller part of it, or ask when it is quieter.",
        ),
        nl=Words(
            "Uitrekenen wat deze wijziging zou doen duurde langer dan de hub toestaat[, {seconds} "
            "seconden]; er is niets gewijzigd.",
            "Vraag naar een kleiner deel ervan, of vraag het als het rustiger is.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=60,
    ),
    Reason.FORECAST_TOO_LARGE: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Working out this forecast took longer than the hub allows[, {seconds} seconds].",
            "Ask about fewer days, one service, one board or one school.",
        ),
        nl=Words(
            "Deze vooruitblik uitrekenen duurde langer dan de hub toestaat[, {seconds} seconden].",
            "Vraag naar minder dagen, één dienst, één bestuur of één school.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        retry_seconds=60,
    ),
    Reason.METHOD_UNKNOWN: Entry(
        code=Code.UNIMPLEMENTED,
        en=Words(
            "This hub does not have this method.",
            "Check the name of package, service and method; reflection lists what this hub has.",
        ),
        nl=Words(
            "Deze hub heeft deze methode niet.",
            "Controleer de naam van package, service en methode; reflection toont wat deze hub "
            "heeft.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.INTERNAL_ERROR: Entry(
        code=Code.INTERNAL,
        en=Words(
            "Something went wrong inside the hub[; its log knows it as {incident}].",
            "Give the operator the moment and the id of this error; repeating a change with the "
            "same request_id is safe.",
        ),
        nl=Words(
            "Er ging iets mis binnen de hub[; het log kent het als {incident}].",
            "Geef de beheerder van de hub het moment en het id van deze fout; een wijziging "
            "herhalen met hetzelfde request_id is veilig.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
    ),
}
