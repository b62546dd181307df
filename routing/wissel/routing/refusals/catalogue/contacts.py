"""Who can take a fix and whom to ask, in words.

They are those of the client's documents: Kennisnet support for agreements and
the register, DUO's security service desk for what DUO processes, RIO's help desk
for what it tells of schools, and the service desk of the administration system for
everything that a LAS does.
"""

from collections.abc import Mapping
from typing import Final

from wissel.routing.refusals.catalogue.entry import Contact, Owner
from wissel.routing.refusals.sides import Side

_CONTACTS: Final[Mapping[Contact, Mapping[str, str]]] = {
    Contact.KENNISNET: {
        "en": "Kennisnet support: support@kennisnet.nl, 0800 321 22 33 (Mon-Fri 9:00-17:00)",
        "nl": "Kennisnet support: support@kennisnet.nl, 0800 321 22 33 (ma-vr 9.00-17.00 uur)",
    },
    Contact.DUO: {
        "en": "DUO service desk: securityservicedesk@duo.nl, 050 599 84 40 (9:00-13:00)",
        "nl": "Helpdesk van DUO: securityservicedesk@duo.nl, 050 599 84 40 (9.00-13.00 uur)",
    },
    Contact.RIO: {
        "en": "RIO, in Mijn DUO (https://rio-kennisbank.duo.nl); help desk: rio@duo.nl, "
        "050 599 77 38 (Mon-Fri 9:00-13:00)",
        "nl": "RIO, in Mijn DUO (https://rio-kennisbank.duo.nl); helpdesk: rio@duo.nl, "
        "050 599 77 38 (ma-vr 9.00-13.00 uur)",
    },
    Contact.VENDOR: {
        "en": "the service desk of the administration system",
        "nl": "de servicedesk van het administratiesysteem",
    },
    Contact.SCHOOL: {
        "en": "the other school, which can ask the service desk of its administration system",
        "nl": "de andere school, die terecht kan bij de servicedesk van haar administratiesysteem",
    },
    Contact.OPERATOR: {
        "en": "the operator of this hub",
        "nl": "de beheerder van deze hub",
    },
}

_OWNERS: Final[Mapping[Owner, Mapping[str, str]]] = {
    Owner.CALLER: {"en": "the caller", "nl": "de aanroeper"},
    Owner.VENDOR: {"en": "the vendor", "nl": "de leverancier"},
    Owner.BOARD: {"en": "the board", "nl": "het bestuur"},
    Owner.SCHOOL: {"en": "the school", "nl": "de school"},
    Owner.SERVICE_OWNER: {"en": "the owner of the service", "nl": "de eigenaar van de dienst"},
    Owner.OPERATOR: {"en": "the operator of this hub", "nl": "de beheerder van deze hub"},
}

_SIDES: Final = {
    Side.SENDER: {"en": "sender's", "nl": "van de verzender"},
    Side.RECEIVER: {"en": "receiver's", "nl": "van de ontvanger"},
}
_OF_A_SIDE: Final = {
    Owner.VENDOR: {"en": "vendor", "nl": "de leverancier"},
    Owner.BOARD: {"en": "board", "nl": "het bestuur"},
}


def contact_text(contact: Contact) -> Mapping[str, str]:
    """Return whom to ask and how to reach them, by language: `en` and `nl`."""
    return _CONTACTS[contact]


def owner_text(owner: Owner, side: Side) -> Mapping[str, str]:
    """Return who can take the fix by language: `the board`, or `the receiver's board`.

    Only a vendor and a board have a side.
    """
    of_side, noun = _SIDES.get(side), _OF_A_SIDE.get(owner)
    if of_side is None or noun is None:
        return _OWNERS[owner]
    return {"en": f"the {of_side['en']} {noun['en']}", "nl": f"{noun['nl']} {of_side['nl']}"}
