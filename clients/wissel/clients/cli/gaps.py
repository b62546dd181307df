"""What is missing for a route, with who can do what about it."""

from collections.abc import Iterable

from wissel.clients.cli.output import say
from wissel.traffic.v1 import gap_pb2 as pb


def show_gaps(gaps: Iterable[pb.Gap]) -> None:
    """Print each gap by number: what is missing, what closes it, who can do it, whom to ask."""
    for number, gap in enumerate(gaps, start=1):
        say(f"{number}. {gap.reason}: {gap.text}")
        for label, text in (("Fix", gap.fix), ("By", gap.owner_text), ("Contact", gap.contact)):
            if text:
                say(f"   {label}: {text}")
