"""What is said of a dossier before and after it travels, and what everybody may read."""

import importlib.util
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from wissel.clients.demo.desk import WHY
from wissel.clients.demo.exchange import Exchange
from wissel.clients.demo.stage import Stage
from wissel.clients.demo.story import Story
from wissel.clients.hub import AsyncHub
from wissel.clients.processes import run
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID

_PAGES = ("*.html", "*.xlsx", "*.json")
_POINTS: Final = files("wissel.clients") / "fixtures" / "regions" / "locations.geojson"
"""Where the made-up schools are, as far as that is known."""


def check(story: Story, dossier: Path) -> None:
    """Check the dossier by the rules of the gegevensset, and tell what was found."""
    if importlib.util.find_spec("lxml") is None:
        story.say("Checking needs lxml: pip install 'wissel[dossier]'.")
        return
    from wissel.clients.dossier.checking import check as check_dossier  # noqa: PLC0415

    report = check_dossier(dossier.read_bytes())
    story.fact("profile", report.profile or "none of a gegevensset 2019.1")
    story.fact("rules", "it may travel" if report.passed else f"{len(report.errors)} broken")
    for finding in report.errors[:3]:
        story.say(f"{finding.rule} on line {finding.line}: {finding.sentence}")
    for sentence in report.unchecked:
        story.say(sentence)


async def outcome(running: Stage, story: Story, receipt: DeliveryReceipt) -> None:
    """As LAS Zuid, say what became of the dossier; as LAS Noord, read it."""
    async with AsyncHub(running.server, running.identity(ZUID)) as zuid:
        await zuid.report_outcome(receipt.message_id, NOORD.oin, "IMPORTED")
    async with AsyncHub(running.server, running.identity(NOORD)) as noord:
        found = (await noord.delivery(str(receipt.message_id))).delivery
    story.fact("state", f"{found.state}, for good: with the receipt the delivery is done")
    story.fact("outcome", f"{found.outcome}, in the receiver's signed words")


def publish(running: Stage, story: Story, exchange: Exchange, site: Path | None) -> None:
    """As the operator, write what everybody may read as a site, and tell what is in it."""
    folder, own = site or running.folder / "site", running.certificates
    operator = [
        "wissel",
        *("--server", running.server, "--certificate", str(own / f"{OPERATOR.name}.pem")),
        *("--key", str(own / f"{OPERATOR.name}.key"), "--trust-roots", str(own / "root.pem")),
        *("--user", "demo", "--reason", WHY),
    ]
    with as_file(_POINTS) as points:
        run([*operator, "schools", "locate", str(points)])
    run([*operator, "overview", "--out", str(folder)])
    for pattern in _PAGES:
        for path in sorted(folder.rglob(pattern)):
            story.fact(path.name, f"{path.stat().st_size:,} bytes")
    story.say(f"It says that {exchange.sender.place} is connected, and never by which system.")
    story.say(f"Open {folder / 'index.html'}." if site else "Keep it with: make demo SITE=folder")
