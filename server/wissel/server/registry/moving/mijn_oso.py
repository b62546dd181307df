"""Taking over what Mijn OSO knew, all in one revision (R2, R3)."""

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementText,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Samenwerkingsverband,
    School,
    Service,
    Signatory,
    System,
)
from wissel.routing.values.identifiers import BoardNumber, Brin, Organisation
from wissel.server.registry.finding import get_service
from wissel.server.registry.mandates.checks import Giver, signatory_of
from wissel.server.registry.moving.agreements import AgreementMove, move_agreements
from wissel.server.registry.moving.lines import (
    MOVING_DAY,
    AanleverpuntLine,
    AgreementLine,
    MovedAanleverpunt,
    MovedAgreement,
)
from wissel.server.registry.moving.mandates import (
    SERVICES,
    Known,
    MandateMove,
    Triple,
    move_mandates,
)
from wissel.server.registry.ports import Snapshot, Transaction

F = TypeVar("F", bound=Fact)

_AT_ONCE: Final = 1000  # keys in one look-up, which databases bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMijnOso:
    """The lines of both files; `since` is the first day of the mandates."""

    aanleverpunten: Sequence[AanleverpuntLine]
    agreements: Sequence[AgreementLine]
    since: dt.date = MOVING_DAY
    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """What became of each line, in order."""

    aanleverpunten: Sequence[MovedAanleverpunt]
    agreements: Sequence[MovedAgreement]


async def import_mijn_oso(
    transaction: Transaction, command: ImportMijnOso, new_id: Callable[[], UUID]
) -> MoveReport:
    """Make agreements, and then mandates, of what Mijn OSO knew; return what became of it.

    What cannot be made is no error: its line says why, and the others are made. What is
    there, or was, stays as it is. See `move_agreements` and `move_mandates`.
    """
    today = transaction.today
    organisations = await _organisations(transaction, command.aanleverpunten)
    held = await _held(transaction, command.agreements, organisations.values())
    texts: dict[AgreementKind, list[AgreementText]] = defaultdict(list)
    for text in await transaction.find(AgreementText):
        texts[text.kind].append(text)
    move = AgreementMove(texts=texts, since=command.since, today=today, new_id=new_id)
    signed = move_agreements(command.agreements, held, move)
    known = await _known(transaction, organisations, held)
    mandated = MandateMove(since=command.since, now=transaction.now, today=today, new_id=new_id)
    plan = await asyncio.to_thread(move_mandates, command.aanleverpunten, known, mandated)
    if command.validate_only:
        transaction.discard()  # thousands of facts are not written in vain
    await transaction.put(*signed.agreements, *plan.mandates)
    return MoveReport(aanleverpunten=plan.rows, agreements=signed.rows)


async def _organisations(
    snapshot: Snapshot, lines: Sequence[AanleverpuntLine]
) -> dict[Organisation, Giver]:
    """Return the schools and samenwerkingsverbanden of the lines that exist."""
    named = {line.organisation for line in lines}
    brins = {each for each in named if isinstance(each, Brin)}
    schools = await _found(snapshot, School, "key", brins)
    verbanden = await _found(snapshot, Samenwerkingsverband, "key", named - brins)
    return {each.brin: each for each in schools} | {each.code: each for each in verbanden}


async def _held(
    snapshot: Snapshot, lines: Sequence[AgreementLine], givers: Collection[Giver]
) -> dict[Signatory, list[Agreement]]:
    """Return what those who sign have, for each of them that exists."""
    own: set[Signatory] = {signatory_of(each) for each in givers}
    named = {line.signatory for line in lines} - own
    boards = {each for each in named if isinstance(each, BoardNumber)}
    own |= {each.number for each in await _found(snapshot, Board, "key", boards)}
    own |= {
        each.code for each in await _found(snapshot, Samenwerkingsverband, "key", named - boards)
    }
    held: dict[Signatory, list[Agreement]] = {each: [] for each in own}
    for agreement in await _found(snapshot, Agreement, "signatory", own):
        held[agreement.signatory].append(agreement)
    return held


async def _known(
    snapshot: Snapshot,
    organisations: dict[Organisation, Giver],
    held: dict[Signatory, list[Agreement]],
) -> Known:
    mandates: dict[Triple, list[Mandate]] = defaultdict(list)
    for mandate in await _found(snapshot, Mandate, "organisation", organisations):
        mandates[mandate.organisation, mandate.service, mandate.system_id].append(mandate)
    endpoints: dict[Organisation, list[Endpoint]] = defaultdict(list)
    for endpoint in await _found(snapshot, Endpoint, "organisation", organisations):
        endpoints[endpoint.organisation].append(endpoint)
    codes = {code for some in SERVICES.values() for code in some}
    services: list[Service] = [await get_service(snapshot, code) for code in codes]
    return Known(
        organisations=organisations,
        systems=_named(await snapshot.find(System)),
        services={each.code: each for each in services},
        agreements=held,
        mandates=dict(mandates),
        endpoints=endpoints,
    )


def _named(systems: Sequence[System]) -> dict[str, System]:
    """Return systems by id, and by a name in lower case that only one of them has."""
    names = Counter(each.name.casefold() for each in systems)
    by_name = {each.name.casefold(): each for each in systems if names[each.name.casefold()] == 1}
    return by_name | {str(each.system_id): each for each in systems}


async def _found(snapshot: Snapshot, kind: type[F], column: str, keys: Collection[str]) -> list[F]:
    """Return the facts of a kind with one of these values in a column."""
    wanted = sorted(keys)
    found: list[F] = []
    for start in range(0, len(wanted), _AT_ONCE):
        found += await snapshot.find(kind, **{column: tuple(wanted[start : start + _AT_ONCE])})
    return found
