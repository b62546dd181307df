"""Recording and terminating agreements (R2), on a real register."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from support.worlds.register_world import (
    AS_OPERATOR,
    BOARD,
    DAY,
    NOBODY,
    TODAY,
    World,
    agreement,
    open_world,
    refused,
)
from wissel.clients.testing.cast import DUO, NOORD, SWV
from wissel.routing.facts import Agreement, AgreementKind, Board, Signatory
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry.agreements.commands import RecordAgreement, TerminateAgreement
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.agreements.recording import record_agreement

FRESH = BoardNumber("99009")
KENNISNET_OSR = AgreementKind.KENNISNET_OSR
OSO = AgreementKind.OSO
EXTENSION = AgreementKind.OSO_SWV_EXTENSION


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.put(Board(number=FRESH))
        yield world


async def record(
    world: World, signatory: Signatory, kind: AgreementKind, start: dt.date | None = None
) -> Agreement:
    command = RecordAgreement(signatory=signatory, kind=kind, start=start)
    (recorded,) = await world.run(lambda transaction: record_agreement(transaction, command, uuid4))
    return recorded


async def terminate(
    world: World, agreed: Agreement, end: dt.date | None = None, etag: str = ""
) -> tuple[Agreement, ...]:
    command = TerminateAgreement(agreement_id=agreed.agreement_id, end=end, etag=etag)
    return await world.run(
        lambda transaction: terminate_agreement(transaction, command, AS_OPERATOR)
    )


async def test_an_agreement_counts_from_today(world: World) -> None:
    recorded = await record(world, FRESH, KENNISNET_OSR)

    assert recorded.period == Period(TODAY)
    async with world.register.snapshot() as snapshot:
        assert await snapshot.find(Agreement, signatory=FRESH) == [recorded]


@pytest.mark.parametrize(
    ("signatory", "reason"),
    [
        (BoardNumber("00000"), Reason.BOARD_NOT_FOUND),
        (Swv("VO0000"), Reason.SWV_NOT_FOUND),
        (Oin("00000003000000000000"), Reason.PARTY_NOT_FOUND),
    ],
)
async def test_the_signatory_exists(world: World, signatory: Signatory, reason: Reason) -> None:
    with refused(reason):
        await record(world, signatory, KENNISNET_OSR)


@pytest.mark.parametrize(
    ("signatory", "kind"),
    [
        (FRESH, AgreementKind.VENDOR_OSR),
        (SWV, AgreementKind.VENDOR_OSO),
        (NOORD.oin, KENNISNET_OSR),
        (NOORD.oin, OSO),
        (DUO.oin, AgreementKind.VENDOR_OSR),
    ],
)
async def test_each_signs_its_own_kinds(
    world: World, signatory: Signatory, kind: AgreementKind
) -> None:
    with refused(Reason.FIELD_INVALID):
        await record(world, signatory, kind)


async def test_the_same_is_not_signed_twice_for_one_day(world: World) -> None:
    first = await record(world, FRESH, OSO)

    with refused(Reason.ALREADY_REGISTERED) as caught:
        await record(world, FRESH, OSO, TODAY + 300 * DAY)
    assert caught.value.metadata["key"] == str(first.agreement_id)


async def test_what_has_ended_may_be_signed_again(world: World) -> None:
    first = await record(world, FRESH, OSO)
    await terminate(world, first)

    second = await record(world, FRESH, OSO)

    assert second.period == Period(TODAY)


async def test_an_extension_needs_oso_on_its_first_day(world: World) -> None:
    await record(world, FRESH, OSO, TODAY + DAY)

    with refused(Reason.AGREEMENT_MISSING):
        await record(world, FRESH, EXTENSION)
    assert (await record(world, FRESH, EXTENSION, TODAY + DAY)).period == Period(TODAY + DAY)


async def test_an_extension_ends_with_the_oso_it_stands_on(world: World) -> None:
    base = await record(world, FRESH, OSO)
    await terminate(world, base, TODAY + 30 * DAY)

    extension = await record(world, FRESH, EXTENSION)

    assert extension.period == Period(TODAY, TODAY + 30 * DAY)


async def test_terminating_oso_terminates_its_extension(world: World) -> None:
    await world.put(
        base := agreement(FRESH, OSO),
        extension := agreement(FRESH, EXTENSION),
        other := agreement(FRESH, KENNISNET_OSR),
    )

    ended = await terminate(world, base, TODAY + DAY)

    assert [each.agreement_id for each in ended] == [base.agreement_id, extension.agreement_id]
    assert {each.period.end for each in ended} == {TODAY + DAY}
    async with world.register.snapshot() as snapshot:
        assert await snapshot.get(Agreement, str(other.agreement_id)) == other


async def test_an_extension_that_ends_earlier_stays_as_it_is(world: World) -> None:
    early = dt.date(2025, 1, 1)
    await world.put(base := agreement(FRESH, OSO), agreement(FRESH, EXTENSION, end=early))

    ended = await terminate(world, base)

    assert [each.kind for each in ended] == [OSO]


async def test_the_extension_of_a_later_agreement_stays(world: World) -> None:
    next_year = TODAY + 365 * DAY
    await world.put(
        base := agreement(FRESH, OSO, end=next_year - DAY),
        agreement(FRESH, OSO, next_year),
        agreement(FRESH, EXTENSION, next_year),
    )

    ended = await terminate(world, base)

    assert [each.kind for each in ended] == [OSO]


async def test_without_a_day_it_has_ended(world: World) -> None:
    await world.put(old := agreement(FRESH, OSO))

    (ended,) = await terminate(world, old)

    assert ended.period.end == TODAY - DAY


async def test_what_began_today_never_held(world: World) -> None:
    recorded = await record(world, FRESH, OSO)

    (ended,) = await terminate(world, recorded)

    assert ended.period.empty
    assert not any(ended.period.contains(TODAY + n * DAY) for n in range(-2, 3))


@pytest.mark.parametrize(
    ("start", "end", "wanted", "reason"),
    [
        (-100, -1, None, Reason.AGREEMENT_ENDED),
        (-100, -1, 0, Reason.AGREEMENT_ENDED),
        (-100, 10, 11, Reason.AGREEMENT_ENDED),
        (-100, None, -1, Reason.DATE_IN_PAST),
        (5, None, 4, Reason.PERIOD_INVALID),
    ],
)
async def test_days_on_which_none_can_end(
    world: World, start: int, end: int | None, wanted: int | None, reason: Reason
) -> None:
    last = None if end is None else TODAY + end * DAY
    await world.put(signed := agreement(FRESH, OSO, TODAY + start * DAY, last))

    with refused(reason):
        await terminate(world, signed, None if wanted is None else TODAY + wanted * DAY)


async def test_only_what_the_caller_saw_is_ended(world: World) -> None:
    await world.put(signed := agreement(BOARD, OSO, dt.date(2010, 1, 1), dt.date(2010, 2, 1)))

    with refused(Reason.ETAG_MISMATCH):
        await terminate(world, signed, etag="0123456789abcdef")


async def test_an_unknown_agreement(world: World) -> None:
    command = TerminateAgreement(agreement_id=NOBODY)

    with refused(Reason.AGREEMENT_NOT_FOUND):
        await world.run(lambda transaction: terminate_agreement(transaction, command, AS_OPERATOR))
