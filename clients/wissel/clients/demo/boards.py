"""The chapters of boards and DUO: agreements, mandates, copies, and what is still missing."""

import json
import time
from pathlib import Path
from typing import Final

from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.clients.demo.board import agree, copy_mandate, give_mandate
from wissel.clients.demo.connecting import Connecting
from wissel.clients.demo.desk import Desk, kinds_of
from wissel.clients.demo.exchange import Exchange, Side
from wissel.clients.demo.stage import Stage
from wissel.clients.demo.story import Story
from wissel.clients.hub import AsyncHub
from wissel.clients.processes import run
from wissel.clients.statements.acceptances import acceptance_record
from wissel.clients.testing.cast import DUO, HUB, NOORD, ZUID
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

_OF_DUO: Final = "RIO"
_SHOWN: Final = 5


async def sign(running: Stage, desk: Desk, story: Story, exchange: Exchange) -> None:
    """Register the texts as the desk, and accept them as a person of each board; prove one."""
    await desk.register_texts(exchange)
    story.say("Each board reads what the service asks, and a person who may sign accepts it.")
    kept = running.folder / "acceptance.json"
    for signatory, side in exchange.signatories.items():
        portal = running.portal(side)
        for kind in kinds_of(exchange):
            accepted = await agree(portal, kind)
            given = accepted.agreement
            story.fact(signatory, f"{kind} {given.text_version}, {given.status}")
            _keep(accepted, kept)
        await portal.close()
    roots = ["--trust-roots", str(running.certificates / "root.pem"), "--hub-oin", HUB.oin]
    said = json.loads(run(["wissel", *roots, "--json", "agreement", "verify", str(kept)]))
    story.say("The last one, verified offline as the hub signed it:")
    for name in ("kind", "version", "document_sha256", "by", "accepted"):
        story.fact(name.replace("_", " "), said[name])


async def give(
    running: Stage, story: Story, exchange: Exchange, programs: Connecting
) -> tuple[str, str]:
    """Give the mandates of both boards, which the vendors connect; return the ids, sender first."""
    story.say("Their portal shows the hub the token of a person's login. Each vendor's program")
    story.say("hears of its mandate at once, and registers where dossiers go: nobody typed that.")
    mandates: list[str] = []
    for side, player in ((exchange.sender, NOORD), (exchange.receiver, ZUID)):
        portal = running.portal(side)
        given = await give_mandate(portal, side, exchange.service, player.system_id)
        await portal.close()
        mandates.append(given.mandate.mandate_id)
        started = time.monotonic()
        await programs.next()
        story.fact(
            side.place,
            f"{side.title}: {exchange.service} by {player.system_id}, key {side.routing_key}, "
            f"connected in {1000 * (time.monotonic() - started):.0f} ms",
        )
    return mandates[0], mandates[1]


async def copy(running: Stage, story: Story, exchange: Exchange, mandate_id: str) -> None:
    """Copy the mandate of the sender's board to its other schools that can have it."""
    portal = running.portal(exchange.sender)
    rows = await copy_mandate(portal, mandate_id)
    await portal.close()
    for row in rows[:_SHOWN]:
        story.fact(row.brin, f"{'copied' if row.mandate_id else row.state}: {row.name}")
    if len(rows) > _SHOWN:
        story.say(f"and {len(rows) - _SHOWN} more")
    if not rows:
        story.say("It has no other school.")


async def confirm(running: Stage, story: Story, exchange: Exchange) -> None:
    """Give a mandate for a service of DUO as the sender's board, and confirm it as DUO."""
    portal = running.portal(exchange.sender)
    given = await give_mandate(portal, exchange.sender, _OF_DUO, NOORD.system_id)
    await portal.close()
    story.fact(exchange.sender.brin, f"{_OF_DUO} by {NOORD.system_id}: {given.mandate.processing}")
    duo = running.connection(DUO)
    pending = await duo.call(
        lambda c: MandateServiceStub(c).ListPendingMandates, mandate.ListPendingMandatesRequest()
    )
    for each in pending.mandates:
        processed = await duo.call(
            lambda c: MandateServiceStub(c).ProcessMandate,
            mandate.ProcessMandateRequest(
                mandate_id=each.mandate_id, etag=each.etag, processing="PROCESSED"
            ),
        )
        story.fact("DUO", f"{processed.mandate.service}: {processed.mandate.processing}")
    await duo.close()


async def missing(running: Stage, story: Story, exchange: Exchange, stranger: Side) -> None:
    """Ask as DUO why no dossier can go to a school whose board has done nothing yet."""
    async with AsyncHub(running.server, running.identity(DUO)) as hub:
        explained = await hub.explain(
            sender=exchange.sender.brin, receiver=stranger.brin, service="OSO_OV"
        )
    story.fact(stranger.brin, stranger.title)
    for gap in explained.gaps:
        story.say(f"{gap.reason:<24} {gap.text}")
        story.say(f"{'':<24} {gap.owner_text}: {gap.fix}")


def _keep(accepted: agreement.AcceptAgreementResponse, proof: Path) -> None:
    """Write what the hub signed about an acceptance."""
    proof.write_text(json.dumps(acceptance_record(accepted.acceptance)), encoding="ascii")
