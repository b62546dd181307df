"""MoveService."""

from functools import partial

from wissel.move.v1 import move_service_pb2 as pb
from wissel.move.v1 import move_service_pb2_grpc as pb_grpc
from wissel.server.registry.moving.lines import MovedAanleverpunt, MovedAgreement
from wissel.server.registry.moving.mijn_oso import import_mijn_oso
from wissel.server.registry.ports import Transaction
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.services.moving.reading import command_in


class MoveServicer(pb_grpc.MoveServiceServicer):
    """Taking over what another register knew."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ImportMijnOso(
        self, request: pb.ImportMijnOsoRequest, context: object
    ) -> pb.ImportMijnOsoResponse:
        """Make agreements and mandates of what Mijn OSO knew, and tell what became of each line."""
        reading = partial(command_in, request)  # thousands of lines
        command = await self._backend.impacts.beside(reading)

        async def work(transaction: Transaction) -> pb.ImportMijnOsoResponse:
            report = await import_mijn_oso(transaction, command, self._backend.new_id)
            return pb.ImportMijnOsoResponse(
                aanleverpunten=map(_aanleverpunt, report.aanleverpunten),
                agreements=map(_agreement, report.agreements),
            )

        return await mutate(self._backend, request, pb.ImportMijnOsoResponse, work)


def _aanleverpunt(moved: MovedAanleverpunt) -> pb.MovedAanleverpunt:
    message = pb.MovedAanleverpunt(
        line=moved.line.line,
        organisation=moved.line.organisation,
        aanleverpunt=moved.line.number,
        outcome=moved.outcome,
        board_number=moved.board or "",
        services=moved.services,
        detail=moved.detail,
        attribute=moved.line.attribute,
    )
    if moved.system is not None:
        message.system_id, message.party_oin = moved.system.system_id, moved.system.party
    if moved.proposal is not None:
        message.routing_key = moved.proposal.routing_key
        message.has_endpoint = moved.proposal.registered
        message.vestiging = moved.proposal.vestiging or ""
    return message


def _agreement(moved: MovedAgreement) -> pb.MovedAgreement:
    return pb.MovedAgreement(
        line=moved.line.line,
        signatory=moved.line.signatory,
        kind=moved.line.kind,
        outcome=moved.outcome,
        counts_for_osr=moved.counts_for_osr,
    )
