"""What happens next with a mandate: who still has to do what, and whom a school asks."""

import datetime as dt
from typing import Final

from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.outlook import outlook
from wissel.routing.facts import Mandate
from wissel.routing.refusals.catalogue import Language, describe
from wissel.routing.refusals.catalogue.entry import Contact, Owner
from wissel.routing.refusals.catalogue.render import contact_of, owner_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.rpc.requests.parsing import day_text

_SERVICE_NOTE: Final = "SERVICE_NOTE"
_SIGNING_OPEN: Final = "SIGNING_OPEN"
_UNCONNECTED: Final = {
    "en": (
        "The system has no endpoint yet, so nothing reaches it by this mandate.",
        "Its vendor registers one; if that takes long, ask its desk.",
    ),
    "nl": (
        "Het systeem heeft nog geen endpoint, dus er komt met dit mandaat niets binnen.",
        "De leverancier registreert er een; vraag de servicedesk als dat lang duurt.",
    ),
}
_TO_SIGN: Final = {
    "en": (
        "What was agreed in Mijn OSO counts for {kinds} here: nothing has to be done.",
        "For other services the board signs {kinds}.",
    ),
    "nl": (
        "Wat in Mijn OSO is overeengekomen, telt hier als {kinds}: u hoeft niets te doen.",
        "Voor andere diensten ondertekent het bestuur {kinds}.",
    ),
}


def add_outlook(
    message: pb.Mandate, mandate: Mandate, table: Table, day: dt.date, language: str
) -> None:
    """Add to a mandate as it is answered what it lacks on a day, and from when it counts.

    `message` says already when the owner of its service usually has processed it. What
    has ended lacks nothing.
    """
    seen = outlook(table, mandate, day)
    if seen is None:
        return
    told: Language = "nl" if language == "nl" else "en"
    desk = table.reference.desk_of(mandate.system_id) or contact_of(Contact.VENDOR, told)
    message.acts_from_date = day_text(seen.acts_from)
    for refusal in seen.lacking:
        step = _refused(refusal, told)
        awaits = refusal.reason is Reason.MANDATE_AWAITING
        due = message.processing_due_date if awaits else refusal.metadata.get("opens", "")
        step.expected_date = due
        message.next_steps.append(step)
    if not seen.connected:
        message.next_steps.extend(_unconnected(mandate, table, desk, told))
    if seen.to_sign:
        kinds = ", ".join(seen.to_sign)
        text, fix = (words.format(kinds=kinds) for words in _TO_SIGN[told])
        step = pb.NextStep(reason=_SIGNING_OPEN, text=text, fix=fix)
        step.owner = owner_of(Owner.BOARD, told)
        message.next_steps.append(step)


def _refused(refusal: Refusal, language: Language) -> pb.NextStep:
    own = {name: value for name, value in refusal.metadata.items() if name != "mandate_id"}
    text = describe(refusal.reason, own, language, refusal.side)
    return pb.NextStep(
        reason=refusal.reason,
        text=text.sentence,
        fix=text.fix,
        owner=text.owner,
        contact=text.contact,
    )


def _unconnected(
    mandate: Mandate, table: Table, desk: str, language: Language
) -> list[pb.NextStep]:
    """Return what is to be done while a mandate has no endpoint.

    The vendor registers one, if the service has versions; and what the service notes for
    schools may be needed, such as a step in the administration system for VVA. What it
    notes of a mandate that its owner processes is told by that.
    """
    service = table.service(mandate.service)
    if service is None:
        return []
    steps = []
    if service.versions:
        sentence, fix = _UNCONNECTED[language]
        owner = owner_of(Owner.VENDOR, language)
        steps.append(
            pb.NextStep(
                reason=Reason.ENDPOINT_MISSING, text=sentence, fix=fix, owner=owner, contact=desk
            )
        )
    if service.note and not service.processed_by_owner:
        owner = owner_of(Owner.SCHOOL, language)
        steps.append(
            pb.NextStep(reason=_SERVICE_NOTE, text=service.note, owner=owner, contact=desk)
        )
    return steps
