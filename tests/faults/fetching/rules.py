"""What must hold for every message that was fetched, once all has been repaired and resumed.

1. what the requester has is DELIVERED at the hub with receipts that prove this exchange
2. it has each message once, in its own lane: the bytes of that lane's pupil
3. the hub calls nothing delivered that the requester does not have, and nothing has an
   owner any more; UNCERTAIN is only what never reached the requester
4. the journal's entries are a path of the state machine (`faults.rules`)
5. each dossier that was asked for in this wave is there, no temporary file is left, and
   no part died of a bug
"""

import datetime as dt
from collections.abc import Iterator
from operator import not_
from typing import Final

from faults.fetching.stage import FetchStage
from faults.fetching.story import Fetched, fetched_messages, remembered_by
from faults.rules import hub_bugs, path_problems
from faults.story import delivery_states
from support.eventually import eventually
from wissel.clients.las.opening import judged_before
from wissel.clients.sending.receipts import prove
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.delivery import State
from wissel.routing.exchange.proof import Demanded
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificates import Trust

_SWEPT: Final = 120.0  # seconds: leases end, and the sweeper asks at its own pace
_HELD: Final = "RECEIVED"


def require_fetched(stage: FetchStage) -> None:
    """Fail, with the stories of the messages, unless all rules hold."""
    swept(stage)
    incoming = stage.fetched / "incoming"
    eventually(lambda: list(incoming.iterdir()), "no temporary file is left", until=not_)
    broken = [
        f"{told}\n  BROKEN: {problem}"
        for told in fetched_messages(stage)
        for problem in _problems(stage, told)
    ]
    broken += [f"BROKEN: {line}" for line in _failures(stage)]
    assert not broken, "\n".join(["", *broken])


def swept(stage: FetchStage) -> None:
    """Wait until no attempt has an owner, and the hub knows all that the requester has."""
    eventually(lambda: _is_swept(stage), "the sweeper knows what was fetched", seconds=_SWEPT)


def _is_swept(stage: FetchStage) -> bool:
    known = delivery_states(stage)
    has = [each for each, (state, _) in remembered_by(stage).items() if state == _HELD]
    return State.ACCEPTED not in known.values() and all(
        known.get(each) is State.DELIVERED for each in has
    )


def _problems(stage: FetchStage, told: Fetched) -> Iterator[str]:
    state, has = told.delivery.get("state"), told.state == _HELD
    # 1.
    if has and state != State.DELIVERED:
        yield "the requester has it, and it is not DELIVERED"
    elif has:
        yield from _receipted(stage, told)
    # 2.
    if has or told.files:
        lane, path = told.lane, [each.parent.name for each in told.files]
        if lane is None or path != [lane.routing_key]:
            yield f"kept at {path}"
        elif told.files[0].read_bytes() != lane.dossier.read_bytes():
            yield "other bytes than those of its pupil"
    # 3.
    if state == State.DELIVERED and not has:
        yield "the hub says DELIVERED, and the requester has nothing"
    if state == State.REFUSED:
        yield "nobody refused it"
    # 4.
    yield from path_problems(told.delivery, told.entries)


def _receipted(stage: FetchStage, told: Fetched) -> Iterator[str]:
    accepted = judged_before(las_service_pb2.Opening.FromString(told.opening))
    exchange = accepted.exchange()
    demanded = Demanded(
        hub_oin=exchange.hub_oin,
        now=dt.datetime.now(dt.UTC),
        receiver_oin=exchange.receiver_oin,
        exchange=exchange,
        created=accepted.header.context.created,
    )
    by_hub, by_requester = (
        dossier_pb2.Signed.FromString(bytes(told.delivery[name]))
        for name in ("hub_receipt", "receiver_receipt")
    )
    try:
        prove(by_hub, by_requester, Trust.from_pem(stage.roots.read_bytes()), demanded)
    except Refused as refused:
        yield f"its receipts prove nothing: {refused}"


def _failures(stage: FetchStage) -> Iterator[str]:
    """Yield whose dossier is not there, and what a part died of."""
    for number, part in stage.asked.items():
        if part.ended():
            yield f"lane {number} has no dossier: {part.output()}"
    yield from hub_bugs(stage)
    for part in (stage.source, stage.las, *stage.asked.values()):
        if "Traceback" in part.output():
            yield part.output()
