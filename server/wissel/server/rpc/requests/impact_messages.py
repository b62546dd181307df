"""An impact as a message."""

from collections.abc import Mapping
from typing import Final

from wissel.impact.v1 import impact_pb2 as pb
from wissel.routing.deciding.impact.differences import Difference
from wissel.routing.deciding.impact.impact import Counts, Impact, Tally
from wissel.routing.facts import System
from wissel.routing.table import Table
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Brin, Oin
from wissel.server.rpc.requests.parsing import day_text

GROUPS: Final = 50
"""The most groups of one kind that are shown."""


def impact_message(impact: Impact, table: Table) -> pb.Impact:
    """Return an impact with the names that a table has for its vendors."""
    return pb.Impact(
        registry_revision=impact.revision,
        from_date=day_text(impact.today),
        routes=counts_message(impact.total.routes),
        senders=counts_message(impact.total.senders),
        by_vendor=_groups(impact.by_vendor, table),
        by_board=_groups(impact.by_signatory),
        by_service=_groups(impact.by_service),
        by_reason=_groups(impact.by_reason),
        by_day=_groups({str(day): tally for day, tally in impact.by_day.items()}),
        examples=map(example_message, impact.examples),
    )


def _groups(tallies: Mapping[str, Tally], table: Table | None = None) -> pb.ImpactGroups:
    """Return the largest groups; those of a vendor have its name in the table."""
    largest = sorted(tallies.items(), key=lambda item: (-item[1].size, item[0]))[:GROUPS]
    return pb.ImpactGroups(
        groups=[
            pb.ImpactGroup(
                key=key,
                name=_name(table, key) if table else "",
                routes=counts_message(tally.routes),
                senders=counts_message(tally.senders),
            )
            for key, tally in largest
        ],
        count=len(tallies),
    )


def _name(table: Table, oin: str) -> str:
    party = table.party(Oin(oin))
    return party.name if party else ""


def counts_message(counts: Counts) -> pb.ImpactCounts:
    """Return how many change, and how."""
    return pb.ImpactCounts(lost=counts.lost, moved=counts.moved, gained=counts.gained)


def example_message(difference: Difference) -> pb.ImpactExample:
    """Return one route or sender that changes."""
    subject = difference.subject
    message = pb.ImpactExample(
        change=difference.change,
        subject="ROUTE" if subject.sender is None else "SENDER",
        vestiging=subject.vestiging or "",
        service=subject.service,
        reason=difference.reason or "",
        start_date=day_text(difference.first),
        end_date=day_text(None if difference.last == FOREVER else difference.last),
        board_number=difference.signatory,
    )
    if isinstance(subject.organisation, Brin):
        message.brin = subject.organisation
    else:
        message.swv = subject.organisation
    message.old_system_id, message.old_party_oin = _system(difference.was)
    message.new_system_id, message.new_party_oin = _system(difference.becomes)
    return message


def _system(system: System | None) -> tuple[str, str]:
    return (system.system_id, system.party) if system else ("", "")
