"""The one table: every reason with its code, its words and who can help."""

from collections.abc import Mapping
from typing import Final

from wissel.routing.refusals.catalogue.areas.acting import ACTING
from wissel.routing.refusals.catalogue.areas.deciding import DECIDING
from wissel.routing.refusals.catalogue.areas.delivery import DELIVERY
from wissel.routing.refusals.catalogue.areas.endpoints import ENDPOINTS
from wissel.routing.refusals.catalogue.areas.envelopes import ENVELOPES
from wissel.routing.refusals.catalogue.areas.hub import HUB
from wissel.routing.refusals.catalogue.areas.identity import IDENTITY
from wissel.routing.refusals.catalogue.areas.kinds import KINDS
from wissel.routing.refusals.catalogue.areas.missing import MISSING
from wissel.routing.refusals.catalogue.areas.receiving import RECEIVING
from wissel.routing.refusals.catalogue.areas.register import REGISTER
from wissel.routing.refusals.catalogue.areas.requests import REQUESTS
from wissel.routing.refusals.catalogue.areas.schools import SCHOOLS
from wissel.routing.refusals.catalogue.areas.signatures import SIGNATURES
from wissel.routing.refusals.catalogue.entry import Entry
from wissel.routing.refusals.reasons import Reason

AREAS: Final[Mapping[str, Mapping[Reason, Entry]]] = {
    "Who calls": IDENTITY,
    "Shape of a request": REQUESTS,
    "Not found": MISSING,
    "Agreements and mandates": REGISTER,
    "Endpoints": ENDPOINTS,
    "School files": SCHOOLS,
    "Deciding a route": DECIDING,
    "Acting for a school": ACTING,
    "Signatures": SIGNATURES,
    "Envelopes": ENVELOPES,
    "Kinds of messages": KINDS,
    "Delivery": DELIVERY,
    "A LAS that receives": RECEIVING,
    "The hub itself": HUB,
}
"""The entries by area, in the order of docs/errors.md."""

CATALOGUE: Final[Mapping[Reason, Entry]] = {
    reason: entry for area in AREAS.values() for reason, entry in area.items()
}
