"""What is missing, as a message."""

from wissel.routing.deciding.gaps.gaps import Gap
from wissel.routing.refusals.catalogue import CATALOGUE, describe
from wissel.routing.refusals.sides import Side
from wissel.traffic.v1 import gap_pb2 as pb


def gap_message(gap: Gap, language: str) -> pb.Gap:
    """Return a gap with its words; `language` is `en` or `nl`."""
    refusal = gap.refusal
    facts = {**refusal.metadata, **gap.by}
    text = describe(refusal.reason, facts, "nl" if language == "nl" else "en", refusal.side)
    return pb.Gap(
        reason=refusal.reason,
        side="" if refusal.side is Side.QUERY else refusal.side,
        text=text.sentence,
        action=gap.action,
        fix=text.fix,
        owner=CATALOGUE[refusal.reason].owner,
        owner_text=text.owner,
        contact=text.contact,
        facts=facts,
    )
