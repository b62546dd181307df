"""`python -m wissel.clients.demo`: the whole story, from an empty machine to a verified receipt.

The last line it prints is for programs:

    DELIVERED <message id> <n> bytes sha256:<hex> <sender> -> <receiver> via <routing key>
"""

import argparse
import asyncio
import hashlib
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from wissel.clients.demo import boards, chapters, fetching, words
from wissel.clients.demo.connecting import connecting
from wissel.clients.demo.desk import Desk
from wissel.clients.demo.exchange import choose, uninvolved
from wissel.clients.demo.stage import Stage, stage
from wissel.clients.demo.story import Story
from wissel.clients.errors import WisselError
from wissel.clients.sending.dossier import DossierFacts, read_dossier
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID

FIXTURES: Final = files("wissel.clients") / "fixtures"
DEFAULT_DOSSIER: Final = "dossier-overstap.xml"


def main() -> int:
    """Run the demo; 0 if the dossier arrived, was proven, and everything was stopped."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--dossier", type=Path, help="any file; by default a made-up dossier")
    parser.add_argument("--schools", type=Path, help="folder with DUO's CSV files")
    parser.add_argument("--site", type=Path, help="folder in which the public overview is kept")
    options = parser.parse_args()
    received = _interrupts()
    story = Story()
    try:
        with as_file(FIXTURES) as fixtures:
            dossier = options.dossier or fixtures / DEFAULT_DOSSIER
            facts, schools = read_dossier(dossier), options.schools or fixtures / "schools"
            files_of_duo = _csv_files(schools)
            with stage() as running:
                play = _play(running, story, dossier, facts, files_of_duo, options.site)
                line = asyncio.run(play)
    except (WisselError, OSError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("demo: interrupted; everything has been stopped\n")
        return 128 + (received[0] if received else signal.SIGINT)
    story.last_line(line)
    return 0


def _interrupts() -> list[int]:
    """Let SIGTERM end the demo as SIGINT does; the list then holds its number.

    SIGINT is handled even if a script started the demo in the background, where
    shells make a process ignore it. SIGTERM raises SIGINT, because an exception
    raised by a handler of our own could come up in the middle of gRPC.
    """
    received: list[int] = []

    def terminate(number: int, _: object) -> None:
        received.append(number)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return received


def _csv_files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.csv"))
    if not found:
        message = f"{folder}: no CSV files"
        raise WisselError(message)
    return found


async def _play(
    running: Stage,
    story: Story,
    dossier: Path,
    facts: DossierFacts,
    schools: Sequence[Path],
    site: Path | None,
) -> str:
    """Tell the whole story; return its last line."""
    story.title("Wissel: a dossier travels from one school's LAS to another's")
    story.say("A hub and two LAS run as processes of their own; every connection is mutual TLS.")
    story.fact("hub", running.server)
    for player in (NOORD, ZUID):
        story.fact(player.title, running.las_urls[player.name])
    operator = running.connection(OPERATOR)
    desk = Desk(operator)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(operator.close)
        with story.chapter("The register learns which schools there are"):
            await chapters.import_schools(desk, story, schools)
            known = await desk.schools()
            exchange = choose(facts.kind, known)
        with story.chapter("The service desk admits the vendors"):
            await chapters.admit(desk, story, exchange)
        with story.chapter("Each board reads and accepts its agreements"):
            await boards.sign(running, desk, story, exchange)
        programs = await stack.enter_async_context(connecting(running, exchange))
        with story.chapter("Each board gives its mandate, and its LAS connects by itself"):
            mandates = await boards.give(running, story, exchange, programs)
        with story.chapter("The sender's board copies its mandate to its other schools"):
            await boards.copy(running, story, exchange, mandates[0])
        with story.chapter("It gives a mandate for RIO too, and DUO confirms it"):
            await boards.confirm(running, story, exchange)
        with story.chapter("DUO asks where messages for the receiver go, and why"):
            await chapters.ask(running, story, exchange)
        with story.chapter("Everybody may read who is connected: the overview is written"):
            await asyncio.to_thread(words.publish, running, story, exchange, site)
        with story.chapter("LAS Noord checks the dossier by the rules of the gegevensset"):
            words.check(story, dossier)
        with story.chapter("LAS Noord sends the dossier"):
            receipt = await chapters.send(running, story, dossier, facts, exchange)
        with story.chapter("The receipts are verified offline, without the hub"):
            chapters.verify(running, story, receipt)
        with story.chapter("LAS Zuid has imported it, and says so"):
            await words.outcome(running, story, receipt)
        if (why_not := fetching.why_not(facts, exchange)) == "":
            with story.chapter("LAS Noord prepares the dossier, as schools do: it waits there"):
                kept = await fetching.prepare(running, story, dossier, exchange)
            with story.chapter("LAS Zuid fetches it by the pupil's number, which it tells nobody"):
                await fetching.fetch(running, story, exchange, kept)
        else:
            with story.chapter("A dossier can also be prepared, and fetched by the new school"):
                story.say(why_not)
        with story.chapter(
            "The receiver's board ends its mandate immediately, and the next resolve is refused"
        ):
            await chapters.revoke(running, story, exchange, mandates[1], programs)
        if (elsewhere := uninvolved(exchange, known)) is not None:
            with story.chapter("All that is missing at a school whose board has done nothing"):
                await boards.missing(running, story, exchange, elsewhere)
        received = chapters.received(running, receipt)
    return (
        f"DELIVERED {receipt.message_id} {len(received)} bytes "
        f"sha256:{hashlib.sha256(received).hexdigest()} "
        f"{exchange.sender.place} -> {exchange.receiver.place} via {receipt.routing_key}"
    )


if __name__ == "__main__":
    sys.exit(main())
