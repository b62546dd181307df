"""Samenwerkingsverbanden: organisations without a BRIN that give mandates and receive."""

from dataclasses import dataclass, replace

from wissel.routing.facts import Samenwerkingsverband
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import KvkNumber, Oin, Swv
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.finding import check_etag, get_swv
from wissel.server.registry.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSwv:
    """A samenwerkingsverband with its own OIN, on which its routing keys are built (R9)."""

    code: Swv
    name: str
    oin: Oin
    kvk: KvkNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSwv:
    """Another name or KvK number for a samenwerkingsverband; what is None stays as it is.

    An empty `kvk` takes the number away.
    """

    code: Swv
    name: str | None = None
    kvk: KvkNumber | str | None = None
    etag: str = ""


async def register_swv(transaction: Transaction, command: RegisterSwv) -> Samenwerkingsverband:
    """Record a samenwerkingsverband and return it.

    1. Its name is one line that is not empty: FIELD_REQUIRED, FIELD_INVALID,
       PERSON_NUMBER_IN_TEXT.
    2. Its OIN is not that of a school: FIELD_INVALID.
    3. Its code is new: ALREADY_REGISTERED.
    4. No other has an OIN that differs in its suffix alone, since the routing
       keys of both would be the same (R9): ALREADY_REGISTERED.
    """
    # 1.
    name = named_line(command.name, "name", NAME_LIMIT)
    # 2.
    if command.oin.brin is not None:
        raise Refused(
            Reason.FIELD_INVALID,
            field="oin",
            value=command.oin,
            problem="this is the OIN of a school",
        )
    # 3.
    if await transaction.get(Samenwerkingsverband, command.code) is not None:
        raise Refused(Reason.ALREADY_REGISTERED, field="swv", entity="swv", key=command.code)
    await _refuse_taken_oin(transaction, command.oin)  # 4.
    swv = Samenwerkingsverband(code=command.code, name=name, oin=command.oin, kvk=command.kvk or "")
    await transaction.put(swv)
    return swv


async def update_swv(transaction: Transaction, command: UpdateSwv) -> Samenwerkingsverband:
    """Change what is known of a samenwerkingsverband, and return it.

    Raises SWV_NOT_FOUND, ETAG_MISMATCH; FIELD_REQUIRED, FIELD_INVALID and
    PERSON_NUMBER_IN_TEXT for a name that is none.
    """
    swv = await get_swv(transaction, command.code)
    check_etag(swv, command.etag)
    name = swv.name if command.name is None else named_line(command.name, "name", NAME_LIMIT)
    changed = replace(swv, name=name, kvk=swv.kvk if command.kvk is None else command.kvk)
    await transaction.put(changed)
    return changed


async def _refuse_taken_oin(transaction: Transaction, oin: Oin) -> None:
    for other in await transaction.find(Samenwerkingsverband):
        if other.oin.stem == oin.stem:
            raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="swv", key=str(other.code))
