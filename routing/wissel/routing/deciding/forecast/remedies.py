"""What keeps a route that is going to break, and who can do it (design.md#forecast)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.forecast.causes import Cause, Entity, Happening
from wissel.routing.refusals.catalogue import (
    CATALOGUE,
    Contact,
    Language,
    Owner,
    contact_of,
    describe,
    owner_of,
)
from wissel.routing.table import Table
from wissel.routing.values.identifiers import SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to do by name and in words, who can do it, and whom to ask."""

    action: str
    owner: Owner
    text: str
    owner_text: str
    contact: str


def remedies(
    table: Table, causes: Sequence[Cause], refusal: Refusal, language: Language
) -> tuple[Remedy, ...]:
    """Return what keeps a route, or a system's permission, that is lost on a day.

    1. If all its causes are ends, what lasts longer keeps it: one remedy for each.
    2. Otherwise something else takes the place of what ends, or stands in the way, and
       what helps is what closes the gap: the fix of the refusal that comes.
    """
    # 1.
    if causes and all(cause.happening is Happening.ENDS for cause in causes):
        return tuple(dict.fromkeys(_lasting(table, cause, language) for cause in causes))
    # 2.
    entry, text = (
        CATALOGUE[refusal.reason],
        describe(refusal.reason, refusal.metadata, language, refusal.side),
    )
    return (
        Remedy(
            action=entry.action,
            owner=entry.owner,
            text=text.fix,
            owner_text=text.owner,
            contact=text.contact,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Lasting:
    """How an entity is made to last: a name for it, who can, whom to ask, and the words."""

    action: str
    owner: Owner
    contact: Contact
    en: str
    nl: str


_OF_VENDOR: Final = _Lasting(
    "SIGN_AGREEMENT",
    Owner.VENDOR,
    Contact.KENNISNET,
    "Sign the agreement for the time after that.",
    "Teken de overeenkomst voor de tijd daarna.",
)
_RENEWED: Final = _Lasting(
    "RENEW_CERTIFICATE",
    Owner.VENDOR,
    Contact.VENDOR,
    "Renew the certificate before it ends, under the same OIN, and let the receiver show it.",
    "Vernieuw het certificaat voordat het afloopt, onder hetzelfde OIN, en laat de ontvanger het "
    "tonen.",
)
_LASTING: Final[Mapping[Entity, _Lasting]] = {
    Entity.SCHOOL: _Lasting(
        "REOPEN_SCHOOL",
        Owner.BOARD,
        Contact.DUO,
        "If the school does not close, have RIO corrected; otherwise tell senders which school "
        "takes its place.",
        "Sluit de school niet, laat RIO dan verbeteren; laat anders verzenders weten welke school "
        "ervoor in de plaats komt.",
    ),
    Entity.VESTIGING: _Lasting(
        "REOPEN_SCHOOL",
        Owner.BOARD,
        Contact.DUO,
        "If the vestiging does not close, have RIO corrected; otherwise let its pupils' dossiers "
        "be sent to another vestiging.",
        "Sluit de vestiging niet, laat RIO dan verbeteren; laat anders de dossiers van haar "
        "leerlingen naar een andere vestiging sturen.",
    ),
    Entity.SERVICE_VERSION: _Lasting(
        "REGISTER_ENDPOINT",
        Owner.VENDOR,
        Contact.VENDOR,
        "Register an endpoint of a later version of the service before this one ends.",
        "Registreer een endpoint van een latere versie van de dienst voordat deze eindigt.",
    ),
    Entity.AGREEMENT: _Lasting(
        "SIGN_AGREEMENT",
        Owner.BOARD,
        Contact.KENNISNET,
        "Sign the agreement for the time after that.",
        "Teken de overeenkomst voor de tijd daarna.",
    ),
    Entity.QUALIFICATION: _Lasting(
        "QUALIFY_SYSTEM",
        Owner.OPERATOR,
        Contact.OPERATOR,
        "Qualify the system.",
        "Kwalificeer het systeem.",
    ),
    Entity.ROLLOUT: _Lasting(
        "OPEN_ROLLOUT",
        Owner.OPERATOR,
        Contact.OPERATOR,
        "Keep the gates open for the organisation.",
        "Houd de aansluiting open voor de organisatie.",
    ),
    Entity.MANDATE: _Lasting(
        "GIVE_MANDATE",
        Owner.BOARD,
        Contact.VENDOR,
        "Give the mandate a later end, or give one that follows it without a gap.",
        "Geef het mandaat een latere einddatum, of geef er een dat er zonder onderbreking op "
        "volgt.",
    ),
    Entity.ENDPOINT: _Lasting(
        "REGISTER_ENDPOINT",
        Owner.VENDOR,
        Contact.VENDOR,
        "Give the endpoint a later end, or register one that follows it without a gap.",
        "Geef het endpoint een latere einddatum, of registreer er een dat er zonder onderbreking "
        "op volgt.",
    ),
}


def renewal(table: Table, system_id: SystemId, language: Language) -> Remedy:
    """Return what keeps the routes to a receiver whose certificate ends."""
    return _remedy(_RENEWED, table, system_id, language)


def _lasting(table: Table, cause: Cause, language: Language) -> Remedy:
    vendors = cause.entity is Entity.AGREEMENT and cause.system_id
    known = _OF_VENDOR if vendors else _LASTING[cause.entity]
    return _remedy(known, table, cause.system_id, language)


def _remedy(known: _Lasting, table: Table, system_id: str, language: Language) -> Remedy:
    desk = ""
    if known.contact is Contact.VENDOR and system_id:
        desk = table.reference.desk_of(SystemId(system_id))
    return Remedy(
        action=known.action,
        owner=known.owner,
        text=known.nl if language == "nl" else known.en,
        owner_text=owner_of(known.owner, language),
        contact=desk or contact_of(known.contact, language),
    )
