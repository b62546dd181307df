"""The chapters of OSO's own flow: the old school prepares a dossier, and the new one fetches it."""

import datetime as dt
import importlib.util
import json
import time
from pathlib import Path
from typing import Final

from wissel.clients.demo.exchange import Exchange
from wissel.clients.demo.stage import Stage
from wissel.clients.demo.story import Story
from wissel.clients.errors import WisselError
from wissel.clients.fetching.results import Fetched
from wissel.clients.hub import AsyncHub
from wissel.clients.las import Became, IncomingMessage
from wissel.clients.processes import run
from wissel.clients.providing.preparing import Prepared
from wissel.clients.providing.storing.records import PreparedDossier
from wissel.clients.sending.dossier import DossierFacts
from wissel.clients.sending.receipts import record_of
from wissel.clients.statements.system_keys import create_key
from wissel.clients.storage.private import make_private_folder
from wissel.clients.testing.cast import HUB, NOORD, ZUID, Player
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.search_keys import PupilNumber, pupil_number
from wissel.routing.exchange.outcome import MOST_RULES, OutcomeResult
from wissel.routing.values.identifiers import Oin, SystemId

_EARLIER: Final = "100000004"
"""A made-up onderwijsnummer that the pupil had before: a dossier within a BRIN may have none."""
_NOBODY: Final = pupil_number("999990020")
"""A pupil of whom nothing is prepared."""
_KEPT: Final = dt.timedelta(days=30)


def why_not(facts: DossierFacts, exchange: Exchange) -> str:
    """Return why the dossier of the demo cannot be fetched by a number; empty if it can."""
    if not facts.readable:
        return "What is prepared is an OSO dossier; this file is none."
    if exchange.kind is Kind.SWV:
        return "A samenwerkingsverband fetches by a link key, not by a number: see docs/vendors.md."
    if importlib.util.find_spec("lxml") is None:
        return "Preparing needs lxml: pip install 'wissel[dossier]'."
    return ""


async def prepare(
    running: Stage, story: Story, dossier: Path, exchange: Exchange
) -> PreparedDossier:
    """Give both systems a key, and prepare the dossier with LAS Noord."""
    for player in (NOORD, ZUID):
        await _register_key(running, player)
    story.say("Each vendor signed a key for its system. From both keys their systems make the")
    story.say("secret by which one asks for a pupil; the hub has neither secret nor number.")
    prepared = Prepared(running.prepared(NOORD), keys=running.keys(NOORD))
    kept = prepared.prepare(
        dossier,
        receivers=[exchange.receiver.place],
        sender=exchange.sender.brin,
        numbers=[_EARLIER],
        unchecked=True,
    )
    story.fact("prepared", f"{kept.kind}, {kept.stage.value}, {kept.size:,} bytes")
    story.fact("for", ", ".join(map(str, kept.receivers)))
    story.fact("until", kept.until)
    return kept


async def fetch(running: Stage, story: Story, exchange: Exchange, kept: PreparedDossier) -> None:
    """Fetch the dossier with LAS Zuid, which checks it and says so; verify the receipts."""
    async with AsyncHub(
        running.server, running.identity(ZUID), fetched=running.fetched(ZUID)
    ) as zuid:
        nothing = await _fetched(running, zuid, exchange, _NOBODY)
        reason = nothing.points[0].error.reason if nothing.points[0].error else ""
        story.fact("another pupil", f"{nothing.result}: {reason}")
        started = time.monotonic()
        fetched = await _fetched(running, zuid, exchange, _number_of(kept))
    if fetched.receipt is None:
        message = f"the dossier was not fetched: {fetched.result}"
        raise WisselError(message)
    took = f"{fetched.receipt.size:,} bytes in {1000 * (time.monotonic() - started):.0f} ms"
    story.fact("this pupil", f"{fetched.result}: {took}")
    if fetched.receipt.sha256 != kept.sha256.hex():
        raise WisselError("another dossier was fetched than was prepared")
    message_id = str(fetched.receipt.message_id)
    async with AsyncHub(running.server, running.identity(NOORD)) as noord:
        found = (await noord.delivery(message_id)).delivery
    story.fact("checked", f"{found.outcome}, in the requester's signed words, which Noord reads")
    story.fact("state", f"{found.state}; both receipts, offline:")
    record = running.folder / "fetched.json"
    record.write_text(json.dumps(record_of(fetched.receipt)), encoding="utf-8")
    roots = ["--trust-roots", str(running.certificates / "root.pem"), "--hub-oin", HUB.oin]
    for line in run(["wissel", *roots, "receipt", "verify", str(record)]).splitlines():
        story.say(line)


def _number_of(kept: PreparedDossier) -> PupilNumber:
    """Return the number that is in a dossier, or else the earlier one."""
    return min(kept.numbers, key=lambda each: each.digits == _EARLIER)


async def _fetched(
    running: Stage, zuid: AsyncHub, exchange: Exchange, pupil: PupilNumber
) -> Fetched:
    folder = running.received(ZUID) / exchange.receiver.routing_key
    make_private_folder(folder)

    def accept(message: IncomingMessage) -> Became:
        """Keep a dossier as a file, and say whether it is as it should be."""
        from wissel.clients.dossier.checking import check  # noqa: PLC0415 - needs the extra

        report = check(message.path.read_bytes())
        message.keep(folder / f"fetched-{message.context.message_id}.xml")
        if report.passed:
            return Became(result=OutcomeResult.IMPORTED)
        return Became(result=OutcomeResult.REJECTED, rules=report.broken[:MOST_RULES])

    return await zuid.fetch(
        pupil,
        accept=accept,
        source=exchange.sender.brin,
        requester=exchange.receiver.brin,
        routing_key=exchange.receiver.routing_key,
        kind=exchange.kind.value,
        keys=running.keys(ZUID).folder,
    )


async def _register_key(running: Stage, player: Player) -> None:
    """Make a key for the system of a vendor, and give the hub its public half."""
    now = dt.datetime.now(dt.UTC)
    key = create_key(
        running.identity(player).current(),
        Oin(HUB.oin),
        SystemId(player.system_id),
        now,
        now + _KEPT,
    )
    running.keys(player).keep(key)
    line = running.connection(player)
    request = party.RegisterSystemKeyRequest(key=key.signed)
    await line.call(lambda c: PartyServiceStub(c).RegisterSystemKey, request)
    await line.close()
