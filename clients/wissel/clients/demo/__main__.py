"""`python -m wissel.clients.demo`: the whole story, from an empty machine to a verified receipt.

The last line it prints is for programs:

    DELIVERED <message id> <n> bytes sha256:<hex> <sender> -> <receiver> via <routing key>
"""

import argparse
import asyncio
import datetime as dt
import hashlib
import signal
import sys
import time
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from wissel.clients.demo.desk import Desk, register_endpoint
from wissel.clients.demo.exchange import Exchange, choose
from wissel.clients.demo.stage import Stage, stage
from wissel.clients.demo.story import Story
from wissel.clients.errors import Refused, WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.processes import run
from wissel.clients.sending.compose import SendOptions
from wissel.clients.sending.dossier import DossierFacts, read_dossier
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.testing.cast import DUO, HUB, NOORD, OPERATOR, PLAYERS, ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.values.days import day_of

FIXTURES: Final = files("wissel.clients") / "fixtures"
DEFAULT_DOSSIER: Final = "dossier-overstap.xml"


def main() -> int:
    """Run the demo; 0 if the dossier arrived, was proven, and everything was stopped."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--dossier", type=Path, help="any file; by default a made-up dossier")
    parser.add_argument("--schools", type=Path, help="folder with DUO's CSV files")
    options = parser.parse_args()
    received = _interrupts()
    story = Story()
    try:
        with as_file(FIXTURES) as fixtures:
            dossier = options.dossier or fixtures / DEFAULT_DOSSIER
            facts, schools = read_dossier(dossier), options.schools or fixtures / "schools"
            files_of_duo = _csv_files(schools)
            with stage() as running:
                line = asyncio.run(_play(running, story, dossier, facts, files_of_duo))
    except (WisselError, OSError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("demo: interrupted; everything has been stopped\n")
        return 128 + (received[0] if received else signal.SIGINT)
    story.last_line(line)
    return 0


def _interrupts() -> list[int]:
    """Let SIGTERM end the demo as SIGINT does; the list will hold it if it came.

    SIGINT cancels what runs, also where a script started the demo beside itself:
    shells let such a process ignore it. An exception out of a signal handler would
    come up in whatever the main thread is doing, also in the middle of gRPC.
    """
    received: list[int] = []

    def terminate(number: int, _: object) -> None:
        received.append(number)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return received


def _csv_files(folder: Path) -> dict[str, bytes]:
    found = {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}
    if not found:
        message = f"{folder}: no CSV files"
        raise WisselError(message)
    return found


async def _play(
    running: Stage, story: Story, dossier: Path, facts: DossierFacts, schools: Mapping[str, bytes]
) -> str:
    """Tell the whole story; return its last line."""
    story.title("Wissel: a dossier travels from one school's LAS to another's")
    story.say("A hub and two LAS run as processes of their own; every connection is mutual TLS.")
    story.fact("hub", running.server)
    for player in (NOORD, ZUID):
        story.fact(player.title, running.las_urls[player.name])
    operator = running.connection(OPERATOR)
    desk = Desk(operator)
    try:
        with story.chapter("The register learns which schools there are"):
            await _import(desk, story, schools)
            exchange = choose(facts.kind, await desk.schools())
        with story.chapter("Vendors, agreements, mandates and endpoints are recorded"):
            mandates = await _register(running, desk, story, exchange)
        with story.chapter("DUO asks where messages for the receiver go, and why"):
            await _ask(running, story, exchange)
        with story.chapter("LAS Noord sends the dossier"):
            receipt = await _send(running, story, dossier, facts, exchange)
        with story.chapter("The receipts are verified offline, without the hub"):
            _verify(running, story, receipt)
        with story.chapter(
            "The receiver's mandate ends immediately, and the next resolve is refused"
        ):
            await _revoke(running, desk, story, exchange, mandates[1])
        received = _received(running, receipt)
    finally:
        await operator.close()
    return (
        f"DELIVERED {receipt.message_id} {len(received)} bytes "
        f"sha256:{hashlib.sha256(received).hexdigest()} "
        f"{exchange.sender.place} -> {exchange.receiver.place} via {receipt.routing_key}"
    )


async def _import(desk: Desk, story: Story, schools: Mapping[str, bytes]) -> None:
    for name, content in schools.items():
        answer = await desk.import_schools(name, content)
        counts = ", ".join(
            f"{count:,} {kind}" for kind, count in sorted(answer.change_counts.items())
        )
        story.fact(answer.source, f"{answer.line_count:,} lines: {counts or 'nothing new'}")


async def _register(
    running: Stage, desk: Desk, story: Story, exchange: Exchange
) -> tuple[str, str]:
    """Record everything that a route needs; return both mandates' ids."""
    for player in PLAYERS:
        if player is not HUB:
            await desk.register_party(player)
    if exchange.kind is Kind.SWV:
        await desk.register_swv()
    for player in (NOORD, ZUID):
        await desk.admit_vendor(player, exchange.service)
    signed = await desk.sign_for(exchange)
    story.fact("agreements", f"signed by {', '.join(signed)} and both vendors")
    mandates: list[str] = []
    for side, player in ((exchange.sender, NOORD), (exchange.receiver, ZUID)):
        mandate_id = await desk.give_mandate(side, exchange.service, player.system_id)
        mandates.append(mandate_id)
        vendor = running.connection(player)
        url = running.las_urls[player.name]
        await register_endpoint(vendor, side, mandate_id, url)
        await vendor.close()
        story.fact(
            side.place,
            f"{side.title}: {exchange.service} by {player.system_id}, key {side.routing_key}",
        )
    return mandates[0], mandates[1]


async def _ask(running: Stage, story: Story, exchange: Exchange) -> None:
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


async def _send(
    running: Stage, story: Story, dossier: Path, facts: DossierFacts, exchange: Exchange
) -> DeliveryReceipt:
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


def _verify(running: Stage, story: Story, receipt: DeliveryReceipt) -> None:
    record = running.folder / "outbox" / "sent" / f"{receipt.message_id}.json"
    roots = str(running.certificates / "root.pem")
    said = run(
        ["wissel", "--trust-roots", roots, "--hub-oin", HUB.oin, "receipt", "verify", str(record)]
    )
    for line in said.splitlines():
        story.say(line)


async def _revoke(
    running: Stage, desk: Desk, story: Story, exchange: Exchange, mandate_id: str
) -> None:
    revision = await desk.end_mandate(mandate_id)
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
            return
    raise WisselError("the route outlived its mandate")


def _received(running: Stage, receipt: DeliveryReceipt) -> bytes:
    found = list(running.received(ZUID).rglob(f"*{receipt.message_id}*"))
    if len(found) != 1:
        message = f"LAS Zuid holds {len(found)} files of message {receipt.message_id}"
        raise WisselError(message)
    return found[0].read_bytes()


if __name__ == "__main__":
    sys.exit(main())
