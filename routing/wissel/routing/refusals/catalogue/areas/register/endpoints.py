"""Rules of endpoints, routing keys and aanleverpunten (rules R8 and R9)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

ENDPOINTS: Final = {
    Reason.ROUTING_KEY_IN_USE: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "An endpoint for this service version has this routing key in the same period"
            "[: {routing_key}].",
            "Agree another routing key with the school, or end the endpoint that has it.",
        ),
        nl=Words(
            "Een endpoint voor deze dienstversie heeft dit routeringskenmerk al in dezelfde "
            "periode[: {routing_key}].",
            "Spreek met de school een ander routeringskenmerk af, of beëindig het endpoint dat "
            "het heeft.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.KENNISNET,
        also=frozenset({"endpoint_id", "field"}),
    ),
    Reason.ROUTING_KEY_FOREIGN: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This routing key does not belong to the organisation of the mandate[: {routing_key}]"
            "[, {organisation}].",
            "Use the organisation's OIN with another suffix: for a BRIN 00000007000, the BRIN and "
            "five digits.",
        ),
        nl=Words(
            "Dit routeringskenmerk hoort niet bij de organisatie van het mandaat[: {routing_key}]"
            "[, {organisation}].",
            "Gebruik het OIN van de organisatie met een ander volgnummer: voor een BRIN "
            "00000007000, het BRIN en vijf cijfers.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.ROUTING_KEY_RESERVED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A routing key that ends in only zeros is the organisation itself[: {routing_key}].",
            "Choose another suffix, such as 00001.",
        ),
        nl=Words(
            "Een routeringskenmerk dat op alleen nullen eindigt, is de organisatie zelf[: "
            "{routing_key}].",
            "Kies een ander volgnummer, zoals 00001.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.KENNISNET,
        also=frozenset({"field", "organisation"}),
    ),
    Reason.ROUTING_KEYS_EXHAUSTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "Every routing key of the organisation[ {organisation}] has been used.",
            "Use the key of an endpoint that has ended, as agreed with the school.",
        ),
        nl=Words(
            "Elk routeringskenmerk van de organisatie[ {organisation}] is al eens gebruikt.",
            "Gebruik het kenmerk van een endpoint dat is geëindigd, zoals afgesproken met de "
            "school.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.KENNISNET,
    ),
    Reason.AANLEVERPUNT_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This aanleverpunt does not go with the endpoint[: {aanleverpunt}][, vestiging "
            "{vestiging}].",
            "Use 0 for vestiging 00 and otherwise the number of the vestiging, or an extra one "
            "from 100 on, which an operator approves.",
        ),
        nl=Words(
            "Dit aanleverpunt past niet bij het endpoint[: {aanleverpunt}][, vestiging "
            "{vestiging}].",
            "Gebruik 0 voor vestiging 00 en anders het nummer van de vestiging, of een extra "
            "aanleverpunt vanaf 100, dat de beheerder van de hub goedkeurt.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.URL_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The URL of the endpoint has a form that the hub cannot deliver to.",
            "Use https://host or https://host:port, without path, query or user.",
        ),
        nl=Words(
            "De URL van het endpoint heeft een vorm waar de hub niet kan afleveren.",
            "Gebruik https://host of https://host:poort, zonder pad, query of gebruiker.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.ENDPOINT_ENDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The endpoint has ended[ on {end}] and stays as it is.",
            "Register a new endpoint under a mandate that is in force.",
        ),
        nl=Words(
            "Het endpoint is geëindigd[ op {end}] en blijft zoals het is.",
            "Registreer een nieuw endpoint onder een mandaat dat van kracht is.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        also=frozenset({"endpoint_id"}),
    ),
    Reason.ENDPOINT_STARTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The endpoint has begun[ on {start}], so its first day stays as it is.",
            "Leave the first day out; the last day can still be changed.",
        ),
        nl=Words(
            "Het endpoint is begonnen[ op {start}], dus zijn eerste dag blijft zoals die is.",
            "Laat de eerste dag weg; de laatste dag kan nog worden gewijzigd.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        also=frozenset({"endpoint_id", "field"}),
    ),
    Reason.ENDPOINT_OUTSIDE_MANDATE: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The endpoint shares no day with its mandate[, which runs from {start}][ to {end}].",
            "Choose a period within that of the mandate.",
        ),
        nl=Words(
            "Het endpoint deelt geen dag met zijn mandaat[, dat loopt vanaf {start}][ tot en met "
            "{end}].",
            "Kies een periode binnen die van het mandaat.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        also=frozenset({"field", "mandate_id"}),
    ),
}
