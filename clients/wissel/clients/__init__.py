"""What a vendor or an operator installs: SDK, command line, LAS side and test helpers.

Sending is three lines:

    me = Identity.load("las.pem", "las.key", "roots.pem")
    hub = Hub("hub.example:7443", me)
    receipt = hub.send("dossier.xml", sender="99XA", receiver="99XB02", service="OSO_OV")

Preparing a dossier for whoever fetches it: see `wissel.clients.providing`.

Receiving is one method: see `wissel.clients.las`.
"""

from wissel.clients.blocking import Hub
from wissel.clients.connecting.auto_connect import Connected
from wissel.clients.connecting.plan import DeliveryPoint
from wissel.clients.errors import (
    DossierUnfit,
    DossierUnusable,
    IdentityError,
    ReceiptUntrusted,
    Refused,
    StorageError,
    Unreachable,
    UsedAfterFork,
    WisselError,
)
from wissel.clients.fetching.results import Fetched, FetchResumed, PointResult
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity
from wissel.clients.las import IncomingMessage, Las, LasServer, LasSettings, RefuseMessage, serve
from wissel.clients.providing.preparing import Prepared
from wissel.clients.providing.source import Providing
from wissel.clients.providing.storing.records import PreparedDossier, RememberedRequest
from wissel.clients.sending.delivering import Resumed
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.transport.retry import Patience
from wissel.routing.exchange.fetching.search_keys import PupilNumber, pupil_number

__all__ = [
    "AsyncHub",
    "Connected",
    "DeliveryPoint",
    "DeliveryReceipt",
    "DossierUnfit",
    "DossierUnusable",
    "FetchResumed",
    "Fetched",
    "Hub",
    "Identity",
    "IdentityError",
    "IncomingMessage",
    "Las",
    "LasServer",
    "LasSettings",
    "Patience",
    "PointResult",
    "Prepared",
    "PreparedDossier",
    "Providing",
    "PupilNumber",
    "ReceiptUntrusted",
    "RefuseMessage",
    "Refused",
    "RememberedRequest",
    "Resumed",
    "StorageError",
    "Unreachable",
    "UsedAfterFork",
    "WisselError",
    "pupil_number",
    "serve",
]
