"""A vendor's side of a test exchange: a message to the test school, and one back."""

import asyncio
import base64
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from wissel.clients.errors import ReceiptUntrusted, Refused, WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity
from wissel.clients.sending.receipts import DeliveryReceipt, prove
from wissel.clients.trial import answer_id
from wissel.clients.trial.dossiers import made_up
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.proof import Demanded
from wissel.routing.facts import TEST_ROUTING_KEY, TEST_SCHOOL
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

_LOOK: Final = 0.5  # seconds


class ExchangeFailed(WisselError):
    """A test exchange did not come to its end; the message says how far it came, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Both messages of a test exchange, delivered, with their receipts verified.

    `sent` is ours, `answer` what the test LAS sent to `system_id` under `answer_id`.
    """

    system_id: str
    sent: DeliveryReceipt
    answer_id: UUID
    answer: traffic_pb.GetDeliveryResponse


async def exchange(  # noqa: PLR0913 - whose exchange, and how it is followed
    hub: AsyncHub,
    identity: Identity,
    *,
    school: str,
    service: str,
    routing_key: str = "",
    within: dt.timedelta,
    told: Callable[[str], None] = lambda text: None,
    now: Callable[[], dt.datetime],
) -> Exchange:
    """Send a made-up dossier from a school to the test school, and wait for one to come back.

    1. One endpoint of ours receives for the school and service, or the one with
       `routing_key`: `ExchangeFailed`.
    2. The message is delivered to the test LAS: `Refused` with what is in the way.
    3. The answer is delivered to us, `within` that time, and its receipts hold:
       `ExchangeFailed` with how far it came, `ReceiptUntrusted`.

    `told` gets a line for each step. Raises also what `AsyncHub.send` raises.
    """
    # 1.
    endpoint = _chosen(await hub.endpoints(school, service=service), school, service, routing_key)
    told(f"{endpoint.system_id} receives for {school} at {endpoint.url} ({endpoint.routing_key})")
    # 2.
    message_id = uuid4()
    sent = await hub.send(
        made_up(Kind.OVERSTAP),
        sender=school,
        receiver=TEST_SCHOOL,
        service=service,
        message_id=message_id,
        sender_routing_key=endpoint.routing_key,
        receiver_routing_key=TEST_ROUTING_KEY,
    )
    told(f"{message_id} was delivered to {TEST_SCHOOL}")
    # 3.
    expected = answer_id(identity.oin, message_id)
    answer = await _awaited(hub, expected, sent.receiver_oin, within)
    _verify(answer, identity, await hub.hub_oin(), now())
    told(f"{expected} came back")
    return Exchange(system_id=endpoint.system_id, sent=sent, answer_id=expected, answer=answer)


def record_of_answer(done: Exchange) -> dict[str, str]:
    """Return the fields (JSON) of the answer's delivery, as `receipts.record_of` does ours."""
    delivery = done.answer.delivery
    return {
        "routing_key": delivery.routing_key,
        "receiver_oin": delivery.receiver_oin,
        "delivered": delivery.updated_time.ToDatetime(dt.UTC).isoformat(),
        "hub_receipt": base64.b64encode(done.answer.hub_receipt.SerializeToString()).decode(),
        "receiver_receipt": base64.b64encode(
            done.answer.receiver_receipt.SerializeToString()
        ).decode(),
    }


def _chosen(
    found: Sequence[endpoint_pb.Endpoint], school: str, service: str, routing_key: str
) -> endpoint_pb.Endpoint:
    usable = [
        each for each in found if each.status == "ACTIVE" and routing_key in ("", each.routing_key)
    ]
    keys = sorted({each.routing_key for each in usable})
    if not keys:
        which = f" with routing key {routing_key}" if routing_key else ""
        message = (
            f"none of your endpoints{which} receives for {school} and {service} today: register "
            "one (wissel endpoint register), and serve there, such as by wissel las serve"
        )
        raise ExchangeFailed(message)
    if len(keys) > 1:
        message = f"several of your endpoints receive: say which by --routing-key {'|'.join(keys)}"
        raise ExchangeFailed(message)
    return usable[-1]


async def _awaited(
    hub: AsyncHub, message_id: UUID, sender: Oin, within: dt.timedelta
) -> traffic_pb.GetDeliveryResponse:
    """Return the delivery of the answer once it has its receipts."""
    request = traffic_pb.GetDeliveryRequest(message_id=str(message_id), sender_oin=sender)
    last = f"the test LAS ({sender}) has not sent it yet"
    try:
        async with asyncio.timeout(within.total_seconds()):
            while True:
                try:
                    found = await hub.call(lambda c: TrafficServiceStub(c).GetDelivery, request)
                except Refused as refused:
                    if refused.reason != Reason.DELIVERY_NOT_FOUND:
                        raise
                else:
                    if found.delivery.state == "DELIVERED":
                        return found
                    last = _told(found.delivery)
                    if found.delivery.state == "REFUSED":
                        message = f"your LAS refused the answer {message_id}: {last}"
                        raise ExchangeFailed(message)
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        message = (
            f"your message was delivered, and its answer {message_id} did not come within "
            f"{within.total_seconds():g} s: {last}. Does your LAS serve? It is tried again for "
            f"an hour: wissel deliveries show {message_id} --sender {sender}"
        )
        raise ExchangeFailed(message) from None


def _told(delivery: traffic_pb.Delivery) -> str:
    return " ".join(filter(None, (delivery.state, delivery.reason)))


def _verify(
    answer: traffic_pb.GetDeliveryResponse, identity: Identity, hub_oin: Oin, now: dt.datetime
) -> None:
    demanded = Demanded(hub_oin=hub_oin, now=now, receiver_oin=identity.oin)
    try:
        paths = identity.current().paths
        prove(answer.hub_receipt, answer.receiver_receipt, paths, demanded)
    except RuleRefused as refused:
        raise ReceiptUntrusted(refused.reason, f"the receipt proves nothing: {refused}") from None
