"""Samenwerkingsverbanden: organisations without a BRIN that give mandates and receive."""

from dataclasses import dataclass

from wissel.routing.facts import Samenwerkingsverband
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, Swv
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSwv:
    """A samenwerkingsverband with its own OIN, on which its routing keys are built (R9)."""

    code: Swv
    name: str
    oin: Oin


async def register_swv(transaction: Transaction, command: RegisterSwv) -> Samenwerkingsverband:
    """Record a samenwerkingsverband and return it.

    1. it has a name (see `texts.free_line`), and an OIN that is not a school's:
       FIELD_REQUIRED, FIELD_INVALID
    2. its code is new: ALREADY_REGISTERED
    3. no other has this OIN, apart from its suffix: ALREADY_REGISTERED
    """
    name = named_line(command.name, "name", NAME_LIMIT)
    if command.oin.brin is not None:
        raise Refused(
            Reason.FIELD_INVALID,
            field="oin",
            value=command.oin,
            problem="this is the OIN of a school",
        )
    if await transaction.get(Samenwerkingsverband, command.code) is not None:
        raise Refused(Reason.ALREADY_REGISTERED, field="swv", entity="swv", key=command.code)
    await _check_oin(transaction, command.oin)
    swv = Samenwerkingsverband(code=command.code, name=name, oin=command.oin)
    await transaction.put(swv)
    return swv


async def _check_oin(transaction: Transaction, oin: Oin) -> None:
    """Refuse an OIN with the stem of another's: their routing keys would be the same."""
    for other in await transaction.find(Samenwerkingsverband):
        if other.oin.stem == oin.stem:
            raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="swv", key=str(other.code))
