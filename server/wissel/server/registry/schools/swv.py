"""Samenwerkingsverbanden: organisations without a BRIN that give mandates and receive."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSwvs:
    """The codes of those that a list brought, and of those that it changed, in order."""

    new: Sequence[Swv]
    changed: Sequence[Swv]


async def register_swv(transaction: Transaction, command: RegisterSwv) -> Samenwerkingsverband:
    """Record a samenwerkingsverband and return it.

    1. Its name is one line that is not empty: FIELD_REQUIRED, FIELD_INVALID,
       PERSON_NUMBER_IN_TEXT.
    2. Its OIN is not that of a school: FIELD_INVALID.
    3. Its code is new: ALREADY_REGISTERED.
    4. No other has an OIN that differs in its suffix alone, since the routing
       keys of both would be the same (R9): ALREADY_REGISTERED.
    """
    swv = _new(command)  # 1. and 2.
    # 3.
    if await transaction.get(Samenwerkingsverband, command.code) is not None:
        raise Refused(Reason.ALREADY_REGISTERED, field="swv", entity="swv", key=command.code)
    # 4.
    for other in await transaction.find(Samenwerkingsverband):
        if other.oin.stem == swv.oin.stem:
            raise _taken(other.code)
    await transaction.put(swv)
    return swv


def _new(command: RegisterSwv) -> Samenwerkingsverband:
    name = named_line(command.name, "name", NAME_LIMIT)
    if command.oin.brin is not None:
        raise Refused(
            Reason.FIELD_INVALID,
            field="oin",
            value=command.oin,
            problem="this is the OIN of a school",
        )
    return Samenwerkingsverband(
        code=command.code, name=name, oin=command.oin, kvk=command.kvk or ""
    )


def _taken(holder: Swv) -> Refused:
    return Refused(Reason.ALREADY_REGISTERED, field="oin", entity="swv", key=holder)


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


async def import_swvs(transaction: Transaction, rows: Sequence[RegisterSwv]) -> ImportedSwvs:
    """Record the samenwerkingsverbanden of a list: all of it, or nothing.

    1. Each stands in it once: FIELD_INVALID.
    2. Name and OIN are as `register_swv` demands them.
    3. One that is known keeps its OIN, on which its routing keys are built, and no two have
       the same: ALREADY_REGISTERED. A KvK number that is not told stays.
    """
    before = {each.code: each for each in await transaction.find(Samenwerkingsverband)}
    holders = {each.oin.stem: each.code for each in before.values()}
    after: dict[Swv, Samenwerkingsverband] = {}
    for row in rows:
        # 1.
        if row.code in after:
            raise Refused(
                Reason.FIELD_INVALID, field="swv", value=row.code, problem="it is there twice"
            )
        swv, known = _new(row), before.get(row.code)  # 2.
        # 3.
        if holders.setdefault(swv.oin.stem, swv.code) != swv.code:
            raise _taken(holders[swv.oin.stem])
        if known is not None and known.oin != swv.oin:
            raise _taken(known.code)
        after[row.code] = replace(swv, kvk=swv.kvk or known.kvk) if known else swv
    await transaction.put(*after.values())
    return ImportedSwvs(
        new=sorted(after.keys() - before.keys()),
        changed=sorted(
            code for code, swv in after.items() if code in before and before[code] != swv
        ),
    )
