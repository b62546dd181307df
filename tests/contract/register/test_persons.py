"""Whom events are of: a random id, and a table beside the log that forgets."""

import datetime as dt
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select

from support.builders.register_builders import actor, board
from support.worlds.stores import register_at
from wissel.clients.testing.cast import PORTAL
from wissel.routing.facts import Agreement, AgreementKind
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.ports import Actor
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.register import PERSONS, SqlRegister
from wissel.server.store.register.tables import EVENT, PERSON

KEPT: Final = dt.timedelta(days=31)
DAY: Final = dt.timedelta(days=1)
START: Final = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def somebody(name: str, request_id: str = "", body: bytes = b"") -> Actor:
    return actor(
        PORTAL.oin, subject=f"mijn-duo:{name}", proven=True, request_id=request_id, body=body
    )


async def act(register: SqlRegister, who: Actor, number: int, name: str = "") -> bytes | None:
    async with register.transaction(who) as transaction:
        if transaction.answer is None:
            await transaction.put(board(number, name))
            transaction.answer_with(who.subject.encode())
    return transaction.answer


def persons(url: str) -> dict[str, str]:
    """The ids by their subject."""
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        return {row.subject: row.person_id for row in connection.execute(select(PERSON))}


def named(url: str) -> list[str]:
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        query = select(EVENT.c.person).order_by(EVENT.c.revision, EVENT.c.seq)
        return list(connection.scalars(query))


async def test_the_acts_of_a_person_have_one_random_id(
    register: SqlRegister, registry_url: str
) -> None:
    await act(register, somebody("a"), 1)
    await act(register, somebody("b"), 2)
    await act(register, somebody("a"), 3)
    await act(register, actor(), 4)

    ids = persons(registry_url)
    assert {"mijn-duo:a", "mijn-duo:b"} == ids.keys()
    assert [ids["mijn-duo:a"], ids["mijn-duo:b"], ids["mijn-duo:a"], ""] == named(registry_url)
    assert all(4 == UUID(each).version for each in ids.values())


async def test_who_changed_nothing_is_not_remembered(
    register: SqlRegister, registry_url: str
) -> None:
    await act(register, actor(), 1, "Noord")
    await act(register, somebody("a"), 1, "Noord")
    async with register.transaction(somebody("b")) as transaction:
        await transaction.put(board(2))
        transaction.discard()

    assert {} == persons(registry_url)


async def test_an_answer_is_for_the_person_who_got_it(register: SqlRegister) -> None:
    await act(register, somebody("a", "r-1"), 1)

    again = await act(register, somebody("a", "r-1"), 2)
    other = await act(register, somebody("b", "r-1"), 3)
    of_account = await act(register, actor(PORTAL.oin, request_id="r-1"), 4)

    assert (b"mijn-duo:a", None, None) == (again, other, of_account)
    with pytest.raises(Refused, match="REQUEST_ID_REUSED"):
        await act(register, somebody("a", "r-1", b"another body"), 1)


async def test_an_account_that_a_caller_names_bounds_no_answer(register: SqlRegister) -> None:
    """A colleague who repeats a request of the service desk does not do it twice."""
    await act(register, actor(subject="desk:jansen", request_id="r-1"), 1)

    again = await act(register, actor(subject="desk:smit", request_id="r-1"), 2)

    assert b"desk:jansen" == again


async def test_a_person_is_forgotten_after_the_last_act(registry_url: str) -> None:
    now = [START]
    async with register_at(registry_url, lambda: now[0]) as register:
        await act(register, somebody("a"), 1)
        await act(register, somebody("b"), 2)
        now[0] += KEPT
        await act(register, somebody("b"), 3)
        nobody = await register.forget_persons(KEPT)
        now[0] += dt.timedelta(seconds=1)
        one = await register.forget_persons(KEPT)
        left = persons(registry_url)
        await act(register, somebody("a"), 4)

    first, *_, last = named(registry_url)
    assert (0, 1) == (nobody.done, one.done)
    assert {"mijn-duo:b"} == left.keys()
    assert first != last
    assert persons(registry_url)["mijn-duo:a"] == last


def signed(person_id: str, last: dt.date | None, number: int = 1) -> Agreement:
    return Agreement(
        agreement_id=UUID(int=number),
        signatory=BoardNumber("99001"),
        kind=AgreementKind.OSO,
        period=Period(START.date(), last),
        signer=person_id,
    )


async def sign(register: SqlRegister, who: Actor, last: dt.date | None = None) -> Agreement:
    async with register.transaction(who) as transaction:
        agreement = signed(transaction.person, last)
        await transaction.put(agreement)
        await transaction.keep_acceptance(str(agreement.agreement_id), b"names somebody")
    return agreement


@pytest.mark.parametrize("ended", ["never", "then", "by a colleague"])
async def test_who_signed_is_kept_while_the_agreement_runs_and_a_term_after_that(
    registry_url: str, ended: str
) -> None:
    """Whoever ends it. What was signed about the acceptance goes with the person."""
    now, last = [START], START.date() + 100 * DAY
    async with register_at(registry_url, lambda: now[0]) as register:
        agreement = await sign(register, somebody("a"), last if ended == "then" else None)
        now[0] += 100 * DAY
        if ended == "by a colleague":
            async with register.transaction(somebody("b")) as transaction:
                await transaction.put(replace(agreement, period=agreement.period.until(last)))
        now[0] += KEPT
        early = [await register.forget_persons(KEPT) for _ in range(2)]
        kept = persons(registry_url).keys()
        now[0] += DAY
        late = await register.forget_persons(KEPT)
        async with register.snapshot() as snapshot:
            proof = await snapshot.acceptance(str(agreement.agreement_id))
            known = await snapshot.subjects([agreement.signer])

    forgotten = ended != "never"
    assert [0, 0] == [step.done for step in early]
    assert "mijn-duo:a" in kept
    assert forgotten is (late.done > 0)
    assert (None if forgotten else b"names somebody") == proof
    assert forgotten is (known == {})


async def test_what_passed_by_law_keeps_its_signer(registry_url: str) -> None:
    now, last = [START], START.date() + 10 * DAY
    async with register_at(registry_url, lambda: now[0]) as register:
        agreement = await sign(register, somebody("a"), last)
        async with register.transaction(actor()) as transaction:
            await transaction.put(signed(agreement.signer, None, number=2))
        now[0] += 100 * KEPT

        step = await register.forget_persons(KEPT)

    assert 0 == step.done
    assert {"mijn-duo:a"} == persons(registry_url).keys()


async def test_a_name_on_paper_is_a_person_too(registry_url: str) -> None:
    now = [START]
    async with register_at(registry_url, lambda: now[0]) as register:
        async with register.transaction(actor()) as transaction:
            first = await transaction.person_for("paper:99001:A. de Wit")
            again = await transaction.person_for("paper:99001:A. de Wit")
            await transaction.put(board(1))
        now[0] += KEPT + DAY

        step = await register.forget_persons(KEPT)

    assert first == again
    assert 1 == step.done
    assert {} == persons(registry_url)


async def test_many_are_forgotten_in_small_steps(registry_url: str) -> None:
    now = [START]
    async with register_at(registry_url, lambda: now[0]) as register:
        for number in range(PERSONS + 1):
            await act(register, somebody(str(number)), number % 9, str(number))
        now[0] += 2 * KEPT

        steps = [await register.forget_persons(KEPT) for _ in range(3)]

    assert [PERSONS, 1, 0] == [step.done for step in steps]
    assert [True, True, False] == [step.more for step in steps]


async def test_who_is_forgotten_in_the_middle_of_an_act_is_remembered_by_it(
    registry_url: str,
) -> None:
    """On PostgreSQL another process may erase the row between the look-up and the write."""
    now = [START]
    async with register_at(registry_url, lambda: now[0]) as register:
        await act(register, somebody("a"), 1)
        before = persons(registry_url)
        now[0] += 2 * KEPT
        if registry_url.startswith("postgresql"):
            async with (
                register_at(registry_url, lambda: now[0]) as other,
                register.transaction(somebody("a")) as transaction,
            ):
                assert 1 == (await other.forget_persons(KEPT)).done
                await transaction.put(board(2))
        else:
            await act(register, somebody("a"), 2)

    assert before == persons(registry_url)
