"""The chapters of the demo: each does one thing with the hub, and tells what came of it."""

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

from wissel.clients.demo.board import end_mandate, what_ending_does
from wissel.clients.demo.connecting import Connecting
from wissel.clients.demo.desk import Desk
from wissel.clients.demo.exchange import Exchange
from wissel.clients.demo.stage import Stage
from wissel.clients.demo.story import Story
from wissel.clients.errors import Refused, WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.processes import run
from wissel.clients.sending.compose import SendOptions
from wissel.clients.sending.dossier import DossierFacts
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.testing.cast import DUO, HUB, NOORD, PLAYERS, ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.values.days import day_of


async def import_schools(desk: Desk, story: Story, schools: Sequence[Path]) -> None:
    """Import files of DUO open data, and tell what each changed."""
    for path in schools:
        answer = await desk.import_schools(path)
        counts = ", ".join(
            f"{count:,} {kind}" for kind, count in sorted(answer.change_counts.items())
        )
        story.fact(answer.source, f"{answer.line_count:,} lines: {counts or 'nothing new'}")


async def admit(desk: Desk, story: Story, exchange: Exchange) -> None:
    """Record parties, and both vendors with their systems."""
    for player in PLAYERS:
        if player is not HUB:
            await desk.register_party(player)
    if exchange.kind is Kind.SWV:
        await desk.register_swv()
    for player in (NOORD, ZUID):
        await desk.admit_vendor(player, exchange.service)
        story.fact(player.title, f"system {player.system_id}, qualified for {exchange.service}")


async def ask(running: Stage, story: Story, exchange: Exchange) -> None:
    """As DUO, resolve the route and tell each step of the decision."""
    async with AsyncHub(running.server, running.identity(DUO)) as hub:
        query = {
            "sender": exchange.sender.brin or exchange.sender.swv,
            "receiver": exchange.receiver.place,
            "service": exchange.service,
        }
        route = await hub.resolve(**query)
        story.fact("endpoint", route.url)
        story.fact("routing key", route.routing_key)
        explained = await hub.explain(**query)
        for step in explained.steps:
            if step.outcome != "SKIPPED":
                story.say(f"{step.outcome:<8} {step.rule}: {step.text}")


async def send(
    running: Stage, story: Story, dossier: Path, facts: DossierFacts, exchange: Exchange
) -> DeliveryReceipt:
    """As LAS Noord, send the dossier and return its receipt."""
    identity, outbox = running.identity(NOORD), running.folder / "outbox"
    options: SendOptions = {"sender_routing_key": exchange.sender.routing_key}
    if facts.readable:
        story.fact("kind", f"{facts.kind} (read from the file)")
    else:
        story.fact("kind", facts.note)
        story.say("It names no day of inzage either: for the demo, the school attests today.")
        options["inzage_date"] = day_of(dt.datetime.now(dt.UTC))
    async with AsyncHub(running.server, identity, outbox=outbox) as hub:
        started = time.monotonic()
        receipt = await hub.send(
            dossier,
            sender=exchange.sender.place,
            receiver=exchange.receiver.place,
            service=exchange.service,
            **options,
        )
    story.say(
        "The hub carries it without parsing, storing or logging it. Until payloads are sealed"
    )
    story.say("for their receiver, whoever controls the hub's memory could read what passes.")
    story.fact("message", receipt.message_id)
    story.fact(
        "delivered", f"{receipt.size:,} bytes in {1000 * (time.monotonic() - started):.0f} ms"
    )
    story.fact("sha256", receipt.sha256)
    return receipt


def verify(running: Stage, story: Story, receipt: DeliveryReceipt) -> None:
    """Verify the receipts with `wissel receipt verify`, which needs no hub."""
    record = running.folder / "outbox" / "sent" / f"{receipt.message_id}.json"
    roots = str(running.certificates / "root.pem")
    said = run(
        ["wissel", "--trust-roots", roots, "--hub-oin", HUB.oin, "receipt", "verify", str(record)]
    )
    for line in said.splitlines():
        story.say(line)


async def revoke(
    running: Stage, story: Story, exchange: Exchange, mandate_id: str, programs: Connecting
) -> None:
    """As the receiver's board, end its mandate immediately and show that the route is refused.

    Raises `WisselError` if it is not.
    """
    portal = running.portal(exchange.receiver)
    impact = await what_ending_does(portal, mandate_id)
    story.say("Asked first, the hub says what that would stop:")
    story.fact("routes lost", impact.routes.lost)
    first = impact.examples[0]
    place = first.vestiging or first.brin or first.swv
    story.fact("such as", f"{place} for {first.service}: {first.reason}")
    revision = await end_mandate(portal, mandate_id)
    await portal.close()
    started = time.monotonic()
    async with AsyncHub(running.server, running.identity(DUO)) as hub:
        try:
            await hub.resolve(
                sender=exchange.sender.brin or exchange.sender.swv,
                receiver=exchange.receiver.place,
                service=exchange.service,
            )
        except Refused as refused:
            story.fact("revision", revision)
            story.fact("reason", refused.reason)
            story.say(refused.text)
            story.fact("nearest fix", refused.fix)
            story.fact("refused in", f"{1000 * (time.monotonic() - started):.1f} ms")
            await programs.next()
            story.say("LAS Zuid's program has ended the endpoint, which had lost its mandate.")
            return
    raise WisselError("the route outlived its mandate")


def received(running: Stage, receipt: DeliveryReceipt) -> bytes:
    """Return what LAS Zuid holds of the message; `WisselError` if that is not one file."""
    found = list(running.received(ZUID).rglob(f"*{receipt.message_id}*"))
    if len(found) != 1:
        message = f"LAS Zuid holds {len(found)} files of message {receipt.message_id}"
        raise WisselError(message)
    return found[0].read_bytes()
