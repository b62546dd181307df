"""What must hold for every message once all has been repaired and resumed.

1. a receipt at the sender: the hub says DELIVERED with the same receipts, they
   verify, and the receiver has exactly that payload, imported once
2. the outbox holds a message in one folder, and that is a final one
3. the receiver has nothing that the hub never accepted; the hub calls nothing
   delivered that the receiver does not have
4. the journal's entries are a path of the state machine: attempts count up by
   one, each attempt ends once, nothing follows an end, and a new attempt takes
   an ACCEPTED over only once its lease can have run out
5. no temporary file is left, no sender runs any more, no call met a bug
"""

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import not_
from typing import Any, Final

from faults.hub_stage import HubStage
from faults.stage import Stage
from faults.story import Story, stories
from support.eventually import eventually
from wissel.clients.sending.receipts import prove_written
from wissel.routing.exchange.delivery import FINAL, LEASE_MARGIN, State
from wissel.routing.exchange.proof import Demanded
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.identifiers import Oin

_MICROSECOND: Final = 1_000_000
_AFTER: Final[dict[State, frozenset[State]]] = {
    State.ACCEPTED: frozenset(State),
    State.FAILED: frozenset({State.ACCEPTED}),
    State.UNCERTAIN: frozenset({State.ACCEPTED, State.DELIVERED, State.REFUSED}),
    State.DELIVERED: frozenset(),
    State.REFUSED: frozenset(),
}


def require_agreement(stage: Stage, *, accepts: int = 1) -> None:
    """Fail, with the stories of the messages, unless all rules hold.

    `accepts` is how often a receiver may have run through `accept` for one
    message: more than once only if it was killed in between.
    """
    incoming = stage.inbox / "incoming"
    eventually(lambda: list(incoming.iterdir()), "no temporary file is left", until=not_)
    told = stories(stage)
    broken = [
        f"{story}\n  BROKEN: {problem}"
        for story in told
        for problem in _problems(stage, story, accepts)
    ]
    broken += [f"BROKEN: {line}" for line in _bugs(stage)]
    assert not broken, "\n".join(["", *broken])
    stage.imports.update((story.message_id, story.imports) for story in told)
    _verify_by_command(stage, told[-1])


def _problems(stage: Stage, story: Story, accepts: int) -> Iterator[str]:
    # 1.
    if "sent" in story.outcomes:
        yield from _receipted(stage, story)
    # 2.
    if story.outcomes != ("sent",):
        yield f"in the outbox under {story.outcomes}"
    # 3.
    if not story.entries and (story.inbox or story.files or story.imports):
        yield "the receiver has what the hub never accepted"
    if story.delivery.get("state") == State.DELIVERED and story.inbox != "RECEIVED":
        yield "the hub says DELIVERED, the receiver does not"
    if story.imports > stage.imports.get(story.message_id, accepts):
        yield f"imported {story.imports} times"
    # 4.
    yield from path_problems(story.delivery, story.entries)


def _receipted(stage: Stage, story: Story) -> Iterator[str]:
    delivery, outbox = story.delivery, story.outbox
    if delivery.get("state") != State.DELIVERED:
        yield "a receipt for what is not DELIVERED"
        return
    for name in ("hub_receipt", "receiver_receipt"):
        if base64.b64decode(outbox[name]) != delivery[name]:
            yield f"the sender's {name} is not the hub's"
    demanded = Demanded(hub_oin=Oin(outbox["hub_oin"]), now=dt.datetime.now(dt.UTC))
    proof = prove_written(outbox, _trust(stage), demanded)
    if proof.hub.exchange.payload_sha256.hex() != story.sha256:
        yield "the receipt is about other bytes"
    if [each.read_bytes() for each in story.files] != [story.dossier.read_bytes()]:
        yield f"the receiver keeps {len(story.files)} files, or other bytes"
    if story.imports < 1:
        yield "a receipt for what was never imported"


def _verify_by_command(stage: Stage, story: Story) -> None:
    """Let the command say about one message what `_receipted` found about all."""
    receipt = stage.outbox / "sent" / f"{story.message_id}.json"
    verifying = stage.verify(receipt, story.dossier).start()
    assert verifying.ended() == 0, verifying.output()


def path_problems(
    delivery: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield where the entries of a delivery are no path of the state machine (rule 4)."""
    attempts = [move["attempt"] for move in entries if move["state"] == State.ACCEPTED]
    if attempts != list(range(1, len(attempts) + 1)):
        yield f"the attempts are {attempts}"
    if entries and entries[0]["state"] != State.ACCEPTED:
        yield "it does not begin with ACCEPTED"
    for one, other in pairwise(entries):
        yield from _step(one, other)
    last = entries[-1] if entries else None
    if last is not None and (last["state"], last["attempt"]) != (
        delivery["state"],
        delivery["attempt"],
    ):
        yield "its last entry is not where it stands"


def _step(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    before, after = State(one["state"]), State(other["state"])
    if after not in _AFTER[before]:
        yield f"{after} follows {before}"
    if after is not State.ACCEPTED and other["attempt"] != one["attempt"]:
        yield f"attempt {other['attempt']} ends attempt {one['attempt']}"
    lease = LEASE_MARGIN.total_seconds() * _MICROSECOND
    if before is after is State.ACCEPTED and other["recorded"] - one["recorded"] < lease:
        yield "two attempts own it at the same time"
    if before in FINAL:
        yield f"something follows {before}"


def _bugs(stage: Stage) -> Iterable[str]:
    """Return what the hub's log calls a bug, and what a receiver or a hub died of."""
    yield from hub_bugs(stage)
    if "Traceback" in stage.receiver.output():
        yield stage.receiver.output()


def hub_bugs(stage: HubStage) -> Iterable[str]:
    """Return what the hub's log calls a bug."""
    for line in stage.hub.output().splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("reason") == "INTERNAL_ERROR" or said.get("event") == "call failed":
            yield line


def _trust(stage: Stage) -> Trust:
    return Trust.from_pem(stage.roots.read_bytes())
