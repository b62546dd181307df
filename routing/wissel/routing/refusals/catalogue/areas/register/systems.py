"""Why what is known of a system, or of a service, is not recorded (R7)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SYSTEMS: Final = {
    Reason.EVIDENCE_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The service[ {service}] demands evidence before a system[ {system_id}] is qualified"
            "[: {lacking}].",
            "Record each piece of evidence with its day, and with its messages or where it is "
            "found.",
        ),
        nl=Words(
            "De dienst[ {service}] vraagt bewijs voordat een systeem[ {system_id}] gekwalificeerd "
            "is[: {lacking}].",
            "Leg elk bewijs vast met de dag, en met de berichten of waar het te vinden is.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.VENDOR,
    ),
}
