"""The one table: every reason with its code, its words and who can help."""

from collections.abc import Mapping
from typing import Final

from wissel.routing.refusals.catalogue.areas.calls.hub import HUB
from wissel.routing.refusals.catalogue.areas.calls.identity import IDENTITY
from wissel.routing.refusals.catalogue.areas.calls.persons import PERSONS
from wissel.routing.refusals.catalogue.areas.calls.requests import REQUESTS
from wissel.routing.refusals.catalogue.areas.calls.tokens import TOKENS
from wissel.routing.refusals.catalogue.areas.exchange.acting import ACTING
from wissel.routing.refusals.catalogue.areas.exchange.deciding import DECIDING
from wissel.routing.refusals.catalogue.areas.exchange.delivery import DELIVERY
from wissel.routing.refusals.catalogue.areas.exchange.envelopes import ENVELOPES
from wissel.routing.refusals.catalogue.areas.exchange.fetching import FETCHING
from wissel.routing.refusals.catalogue.areas.exchange.kinds import KINDS
from wissel.routing.refusals.catalogue.areas.exchange.notifications import NOTIFICATIONS
from wissel.routing.refusals.catalogue.areas.exchange.receiving import RECEIVING
from wissel.routing.refusals.catalogue.areas.exchange.signatures import SIGNATURES
from wissel.routing.refusals.catalogue.areas.exchange.transfers import TRANSFERS
from wissel.routing.refusals.catalogue.areas.register.agreements_mandates import (
    AGREEMENTS_AND_MANDATES,
)
from wissel.routing.refusals.catalogue.areas.register.endpoints import ENDPOINTS
from wissel.routing.refusals.catalogue.areas.register.missing import MISSING
from wissel.routing.refusals.catalogue.areas.register.past import PAST
from wissel.routing.refusals.catalogue.areas.register.school_files import SCHOOL_FILES
from wissel.routing.refusals.catalogue.areas.register.switching import SWITCHING_AND_COPYING
from wissel.routing.refusals.catalogue.areas.register.system_keys import SYSTEM_KEYS
from wissel.routing.refusals.catalogue.areas.register.systems import SYSTEMS
from wissel.routing.refusals.catalogue.entry import Entry
from wissel.routing.refusals.reasons import Reason

AREAS: Final[Mapping[str, Mapping[Reason, Entry]]] = {
    "Who calls": IDENTITY,
    "The token of a person": TOKENS,
    "What a person may do": PERSONS,
    "Shape of a request": REQUESTS,
    "Not found": MISSING,
    "Agreements and mandates": AGREEMENTS_AND_MANDATES,
    "Switching and copying": SWITCHING_AND_COPYING,
    "The past": PAST,
    "Endpoints": ENDPOINTS,
    "Systems and services": SYSTEMS,
    "Keys of systems": SYSTEM_KEYS,
    "School files": SCHOOL_FILES,
    "Deciding a route": DECIDING,
    "Acting for a school": ACTING,
    "Signatures": SIGNATURES,
    "Envelopes": ENVELOPES,
    "Kinds of messages": KINDS,
    "Delivery": DELIVERY,
    "Sessions of prepare and fetch": TRANSFERS,
    "Fetching a dossier": FETCHING,
    "Notifications and links": NOTIFICATIONS,
    "A LAS that receives": RECEIVING,
    "The hub itself": HUB,
}
"""The entries by area, in the order of docs/errors.md."""

CATALOGUE: Final[Mapping[Reason, Entry]] = {
    reason: entry for area in AREAS.values() for reason, entry in area.items()
}
