"""What came of a fetch: of the session, and of each delivery point that was asked."""

from dataclasses import dataclass
from uuid import UUID

from wissel.clients.errors import Refused, WisselError
from wissel.clients.las.message import Became
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PointResult:
    """What came of asking one delivery point; `error` says why, unless it is TRANSFERRED."""

    routing_key: str
    vestiging: str
    aanleverpunt: str
    system_id: str
    system_oin: str
    result: TransferResult
    error: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a session; `result` is what it was signed off with.

    `receipt` is the proof of a dossier that was TRANSFERRED, None without one;
    `sender_oin` is whose it was, `became` what `accept` said of it. `points` are the
    delivery points that were asked, in order.
    """

    session_id: UUID
    result: TransferResult
    points: tuple[PointResult, ...]
    receipt: DeliveryReceipt | None = None
    sender_oin: str = ""
    became: Became | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResumed:
    """What came of going on with a message of an earlier fetch.

    There is its receipt, or the error: then it stays as it is, to be resumed again,
    unless it is `lost`.
    """

    message_id: UUID
    sender_oin: str
    session_id: UUID
    receipt: DeliveryReceipt | None = None
    error: WisselError | None = None
    lost: bool = False


def result_of(refused: Refused) -> TransferResult:
    """Return where a refusal stands on the ladder of results."""
    known = Reason.__members__.get(refused.reason)
    return (
        TransferResult.FAILED if known is None else TransferResult(CATALOGUE[known].transfer_result)
    )
