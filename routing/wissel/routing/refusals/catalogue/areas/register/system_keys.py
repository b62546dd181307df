"""Keys of systems, by which pupils are found (design.md#search-keys)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SYSTEM_KEYS: Final = {
    Reason.SYSTEM_KEY_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The key of the system does not hold[: {problem}][ ({at})].",
            "Sign a SystemKey of this hub and of a system of yours, with a key for X25519 of 32 "
            "bytes, for 1 to 400 days. Do not use that of another then.",
        ),
        nl=Words(
            "De sleutel van het systeem geldt niet[: {problem}][ ({at})].",
            "Onderteken een SystemKey van deze hub en van een eigen systeem, met een sleutel voor "
            "X25519 van 32 bytes, voor 1 tot 400 dagen. Gebruik die van een ander dan niet.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SYSTEM_KEY_REUSED: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "Another key of the system has this id[: {key_id}].",
            "Give each key an id of its own; one that has ended keeps it.",
        ),
        nl=Words(
            "Een andere sleutel van het systeem heeft dit id[: {key_id}].",
            "Geef elke sleutel een eigen id; een sleutel die is afgelopen, houdt het.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SYSTEM_KEYS_EXCEEDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The system[ {system_id}] has too many keys that have not ended[: {limit} may be].",
            "End one that is not used any more, or wait until one has ended.",
        ),
        nl=Words(
            "Het systeem[ {system_id}] heeft te veel sleutels die niet zijn afgelopen"
            "[: {limit} mogen er].",
            "Beëindig er een die niet meer wordt gebruikt, of wacht tot er een is afgelopen.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.SYSTEM_KEY_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The system has no key with this id[: {key_id}].",
            "Take the id of a key that was registered for it.",
        ),
        nl=Words(
            "Het systeem heeft geen sleutel met dit id[: {key_id}].",
            "Neem het id van een sleutel die ervoor is geregistreerd.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.FORWARDING_NOT_MANDATED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "Keys of systems are shown to vendors with a mandate for a service that the hub "
            "forwards.",
            "Ask for them once a school has given a mandate for such a service.",
        ),
        nl=Words(
            "Sleutels van systemen zijn voor leveranciers met een mandaat voor een dienst die de "
            "hub doorgeeft.",
            "Vraag ze op zodra een school een mandaat voor zo'n dienst heeft gegeven.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
}
