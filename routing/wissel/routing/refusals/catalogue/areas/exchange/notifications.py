"""Notifications, and the links between a school and a samenwerkingsverband."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

NOTIFICATIONS: Final = {
    Reason.NOTIFICATIONS_EXCEEDED: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many notifications for this requester[: {limit} in 24 hours are allowed].",
            "Wait, and look at why the same requester is told so often.",
        ),
        nl=Words(
            "Er zijn te veel notificaties voor deze aanvrager[: {limit} in 24 uur mogen er].",
            "Wacht, en ga na waarom dezelfde aanvrager zo vaak bericht krijgt.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=3600,
        own_delay=True,
    ),
    Reason.NOTIFICATIONS_WAITING: Entry(
        code=Code.RESOURCE_EXHAUSTED,
        en=Words(
            "Too many notifications of the caller have not arrived yet[: {limit} are allowed].",
            "Wait until some have arrived: those who are told may be out of order.",
        ),
        nl=Words(
            "Er zijn te veel notificaties van de aanroeper nog niet aangekomen[: {limit} mogen "
            "er].",
            "Wacht tot er een aantal is aangekomen: wie bericht krijgt, kan een storing hebben.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        retry_seconds=60,
    ),
    Reason.NOTIFICATION_ID_REUSED: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "Another notification of the caller has this id[: {notification_id}].",
            "Give each notification an id of its own; only the same one keeps it.",
        ),
        nl=Words(
            "Een andere notificatie van de aanroeper heeft dit id[: {notification_id}].",
            "Geef elke notificatie een eigen id; alleen dezelfde houdt het.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
    ),
    Reason.LINK_KEY_INVALID: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The link key is not one of this school and this samenwerkingsverband, between these "
            "systems, or it has expired.",
            "Use the key that the notification brought, from the delivery point that it was sent "
            "to. If one of both has another system now, ask the school to announce it anew.",
        ),
        nl=Words(
            "De koppelsleutel is niet van deze school en dit samenwerkingsverband, tussen deze "
            "systemen, of is verlopen.",
            "Gebruik de sleutel uit de notificatie, vanaf het aanleverpunt waarnaar die is "
            "gestuurd. Heeft een van beide nu een ander systeem, vraag de school dan om een "
            "nieuwe notificatie.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.VENDOR,
    ),
}
