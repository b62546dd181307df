"""The documented results of OSO's Traffic Center."""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Standard
from wissel.routing.refusals.reasons import Reason

_CHECK: Final = "sessiecontrole"
_OSO: Final = Standard.OSO

OSO: Final = (
    Counterpart(
        standard=_OSO,
        name="(sector van doelschool)",
        where=_CHECK,
        says="the session is valid; the sector of the requesting school",
        answer="TransferService/CheckTransfer",
        note="In `requester_sectors`, empty where the sector is not known.",
    ),
    Counterpart(
        standard=_OSO,
        name="SessieAfwijkend",
        where=_CHECK,
        says="schools, kind or key are not those of the session",
        reasons=(Reason.SESSION_DEVIATES,),
        note="The key is compared when the dossier is fetched.",
    ),
    Counterpart(
        standard=_OSO,
        name="OnbekendAanleverpunt",
        where=_CHECK,
        says="the delivery point of the requester is not that of the session",
        reasons=(Reason.DELIVERY_POINT_UNKNOWN,),
        note="Also where OSO complains of the certificate of the source.",
    ),
    Counterpart(
        standard=_OSO,
        name="GeenRelatieMetDoel",
        where=_CHECK,
        says="overdrachtbinnenbrin between two BRINs",
        reasons=(Reason.RELATION_INVALID,),
        note="Told when the session is started, and of every kind that does not fit.",
    ),
    Counterpart(
        standard=_OSO,
        name="SessieReedsAfgemeld",
        where=_CHECK,
        says="the requester has signed off",
        reasons=(Reason.SESSION_SIGNED_OFF,),
    ),
    Counterpart(
        standard=_OSO,
        name="VerstrekkerNietBekend",
        where=_CHECK,
        says="the BRIN of the source is not known",
        reasons=(Reason.SENDER_UNKNOWN,),
    ),
    Counterpart(
        standard=_OSO,
        name="VerstrekkerAanle…",
        where=_CHECK,
        says="about the delivery point of the source; the name is cut off in every copy",
        reasons=(Reason.DELIVERY_POINT_UNKNOWN, Reason.SOURCE_NOT_CONNECTED),
        note="One that is not active, or none that is.",
    ),
    Counterpart(
        standard=_OSO,
        name="OverdrachtGeslaagd",
        where="afmelding",
        says="the dossier was transferred",
        answer="TransferService/SignOffTransfer: TRANSFERRED",
        note="Only with the receipt. The other results are names of ours.",
    ),
    Counterpart(
        standard=_OSO,
        name="NotificatieOntvangen",
        where="notificatie",
        says="the requesting system was told",
        answer="TransferService/AnnounceNotification: NOTIFIED",
        note="The hub tells it, and tries for five days.",
    ),
)
"""In the order of a session."""
