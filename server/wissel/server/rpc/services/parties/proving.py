"""Whether the messages that a qualification cites are those of a test exchange (R7)."""

from collections.abc import Collection
from uuid import UUID

from wissel.routing.exchange.delivery import Delivery, Known, State
from wissel.routing.facts import TEST_SCHOOL, EvidenceKind, System
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin, ServiceCode
from wissel.server.registry.parties.acting import QualifySystem
from wissel.server.rpc.requests.backend import Deliveries


async def require_delivered(deliveries: Deliveries, table: Table, command: QualifySystem) -> None:
    """Return if each message that is cited was delivered between a system and the test school.

    Of one that was reduced meanwhile it is not known any more to whom it went: then it
    counts that one of the two had sent it, and that it was delivered. A system that does not
    exist is for the use case to refuse. Raises `Refused(EVIDENCE_MISSING)` with the message.
    """
    system, service = table.system(command.system_id), table.service(command.service)
    cited = [
        message_id
        for each in command.evidence
        if each.kind is EvidenceKind.TEST_EXCHANGE
        for message_id in each.message_ids
    ]
    if system is None or service is None:
        return
    own = {system.acting_oin, system.party}
    others = _test_parties(table)
    for message_id in cited:
        found = [await deliveries.find(oin, message_id) for oin in sorted(own | others)]
        if not any(_proves(each, own, service.code) for each in found):
            raise _unproven(system, service.code, message_id, found)


def _test_parties(table: Table) -> set[Oin]:
    """Return the OINs of those to whom the test school has given mandates."""
    view = table.organisation(TEST_SCHOOL)
    systems = {system_id for _, system_id in view.acting} if view is not None else set()
    known = (table.system(each) for each in systems)
    return {each.acting_oin for each in known if each is not None}


def _proves(known: Known | None, own: Collection[Oin], service: ServiceCode) -> bool:
    if known is None or known.state is not State.DELIVERED:
        return False
    if not isinstance(known, Delivery):
        return True
    order = known.order
    between = order.sender_oin in own or order.receiver_oin in own
    return order.test and between and order.service == service


def _unproven(
    system: System, service: ServiceCode, message_id: UUID, found: Collection[Known | None]
) -> Refused:
    states = sorted({each.state.value for each in found if each is not None})
    return Refused(
        Reason.EVIDENCE_MISSING,
        field="evidence.message_ids",
        system_id=system.system_id,
        service=service,
        message_id=str(message_id),
        state=", ".join(states) or "unknown",
    )
