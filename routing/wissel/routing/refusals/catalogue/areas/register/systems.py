"""Why what is known of a system, or of a service, is not recorded (R7)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SYSTEMS: Final = {
    Reason.EVIDENCE_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The service[ {service}] demands evidence before a system[ {system_id}] is qualified"
            "[: {lacking}][; message {message_id} is none of its own with 00YY that was "
            "delivered ({state})].",
            "Record each piece of evidence with its day, and with its messages or where it is "
            "found; `wissel test-exchange` prints the ids of its messages.",
        ),
        nl=Words(
            "De dienst[ {service}] vraagt bewijs voordat een systeem[ {system_id}] gekwalificeerd "
            "is[: {lacking}][; bericht {message_id} is er geen van dat systeem met 00YY dat is "
            "afgeleverd ({state})].",
            "Leg elk bewijs vast met de dag, en met de berichten of waar het te vinden is; "
            "`wissel test-exchange` toont de id's van zijn berichten.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
}
