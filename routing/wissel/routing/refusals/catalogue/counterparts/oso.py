"""The documented results of OSO's Traffic Center."""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Said, Standard
from wissel.routing.refusals.reasons import Reason

_CHECK: Final = "sessiecontrole"
_OSO: Final = Standard.OSO

OSO: Final = (
    Counterpart(
        standard=_OSO,
        name="(sector van doelschool)",
        where=_CHECK,
        says=Said(
            "the session is valid; the sector of the requesting school",
            "de sessie is geldig; de sector van de aanvragende school",
        ),
        answer="TransferService/CheckTransfer",
        note=Said(
            "In `requester_sectors`, empty where the sector is not known.",
            "In `requester_sectors`, leeg als de sector niet bekend is.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="SessieAfwijkend",
        where=_CHECK,
        says=Said(
            "schools, kind or key are not those of the session",
            "scholen, soort of sleutel zijn niet die van de sessie",
        ),
        reasons=(Reason.SESSION_DEVIATES,),
        note=Said(
            "The key is compared when the dossier is fetched.",
            "De sleutel wordt vergeleken als het dossier wordt opgehaald.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="OnbekendAanleverpunt",
        where=_CHECK,
        says=Said(
            "the delivery point of the requester is not that of the session",
            "het aanleverpunt van de aanvrager is niet dat van de sessie",
        ),
        reasons=(Reason.DELIVERY_POINT_UNKNOWN,),
        note=Said(
            "Also where OSO complains of the certificate of the source.",
            "Ook waar OSO over het certificaat van de bronschool klaagt.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="GeenRelatieMetDoel",
        where=_CHECK,
        says=Said(
            "overdrachtbinnenbrin between two BRINs", "overdrachtbinnenbrin tussen twee BRIN's"
        ),
        reasons=(Reason.RELATION_INVALID,),
        note=Said(
            "Told when the session is started, and of every kind that does not fit.",
            "Wordt gezegd als de sessie begint, en van elke soort die niet past.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="SessieReedsAfgemeld",
        where=_CHECK,
        says=Said("the requester has signed off", "de aanvrager heeft de sessie afgemeld"),
        reasons=(Reason.SESSION_SIGNED_OFF,),
    ),
    Counterpart(
        standard=_OSO,
        name="VerstrekkerNietBekend",
        where=_CHECK,
        says=Said(
            "the BRIN of the source is not known", "het BRIN van de bronschool is niet bekend"
        ),
        reasons=(Reason.SENDER_UNKNOWN,),
    ),
    Counterpart(
        standard=_OSO,
        name="VerstrekkerAanle…",
        where=_CHECK,
        says=Said(
            "about the delivery point of the source; the name is cut off in every copy",
            "over het aanleverpunt van de bronschool; de naam is in elk exemplaar afgebroken",
        ),
        reasons=(Reason.DELIVERY_POINT_UNKNOWN, Reason.SOURCE_NOT_CONNECTED),
        note=Said(
            "One that is not active, or none that is.",
            "Een dat niet actief is, of geen enkel dat actief is.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="OverdrachtGeslaagd",
        where="afmelding",
        says=Said("the dossier was transferred", "het dossier is overgedragen"),
        answer="TransferService/SignOffTransfer: TRANSFERRED",
        note=Said(
            "Only with the receipt. The other results are names of ours.",
            "Alleen met het ontvangstbewijs. De andere resultaten zijn namen van ons.",
        ),
    ),
    Counterpart(
        standard=_OSO,
        name="NotificatieOntvangen",
        where="notificatie",
        says=Said("the requesting system was told", "het aanvragende systeem heeft de melding"),
        answer="TransferService/AnnounceNotification: NOTIFIED",
        note=Said(
            "The hub tells it, and tries for five days.",
            "De hub meldt het, en probeert dat vijf dagen.",
        ),
    ),
)
"""In the order of a session."""
