"""The one table: every reason with its code, its words and who can help."""

from collections.abc import Mapping
from typing import Final

from wissel.routing.catalogue.acting import ACTING
from wissel.routing.catalogue.deciding import DECIDING
from wissel.routing.catalogue.delivery import DELIVERY
from wissel.routing.catalogue.endpoints import ENDPOINTS
from wissel.routing.catalogue.entry import Entry
from wissel.routing.catalogue.envelopes import ENVELOPES
from wissel.routing.catalogue.hub import HUB
from wissel.routing.catalogue.identity import IDENTITY
from wissel.routing.catalogue.kinds import KINDS
from wissel.routing.catalogue.missing import MISSING
from wissel.routing.catalogue.receiving import RECEIVING
from wissel.routing.catalogue.register import REGISTER
from wissel.routing.catalogue.requests import REQUESTS
from wissel.routing.catalogue.schools import SCHOOLS
from wissel.routing.catalogue.signatures import SIGNATURES
from wissel.routing.reasons import Reason

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
