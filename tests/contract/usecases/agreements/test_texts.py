"""Texts of agreements (R2), on a real register."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds.persons.agreement_world import (
    FRESH,
    OSO,
    accept,
    agreements,
    offer,
    record,
    text,
)
from support.worlds.register_world import BOARD, DAY, TODAY, World, refused
from wissel.routing.facts import Agreement, AgreementKind, AgreementText, Board
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.agreements.rules import PDF, PLAIN, media_type_of
from wissel.server.registry.agreements.texts import MAX_DOCUMENT, MAX_NOTICE

LATER = TODAY + 30 * DAY


async def test_a_text_is_known_by_its_document_and_kept_with_it(every_world: World) -> None:
    document, notice = b"%PDF-1.7\x00\xff", "Privacybijsluiter é\n".encode()

    made = await text(
        every_world, "4.0", document=document, notice=notice, categories=("naam", "OKR-dossier")
    )

    async with every_world.register.snapshot() as snapshot:
        (found,) = await snapshot.find(AgreementText)
        kept = [await snapshot.document(each) for each in (found.digest, found.notice, "0" * 64)]
    assert made.text == found
    assert hashlib.sha256(document).hexdigest() == found.digest
    assert [document, notice, None] == kept
    assert (PDF, PLAIN, 10, TODAY) == (
        found.media_type,
        found.notice_type,
        found.size,
        found.start,
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"version": ""}, Reason.FIELD_INVALID),
        ({"version": "four point 0"}, Reason.FIELD_INVALID),
        ({"language": "NL"}, Reason.FIELD_INVALID),
        ({"language": "dutch"}, Reason.FIELD_INVALID),
        ({"counterparty": " "}, Reason.FIELD_REQUIRED),
        ({"counterparty": "two\nlines"}, Reason.FIELD_INVALID),
        ({"categories": ("naam", "")}, Reason.FIELD_REQUIRED),
        ({"categories": ("BSN 111222333",)}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"document": b""}, Reason.DOCUMENT_INVALID),
        ({"document": b" \n"}, Reason.DOCUMENT_INVALID),
        ({"document": b"\xff\xfe"}, Reason.DOCUMENT_INVALID),
        ({"document": b"text\x00"}, Reason.DOCUMENT_INVALID),
        ({"document": b"a" * (MAX_DOCUMENT + 1)}, Reason.DOCUMENT_INVALID),
        ({"document": b"%PDF-" + b"a" * MAX_DOCUMENT}, Reason.DOCUMENT_INVALID),
        ({"notice": b"a" * (MAX_NOTICE + 1)}, Reason.DOCUMENT_INVALID),
        ({"notice": b"\x07"}, Reason.DOCUMENT_INVALID),
        ({"renewal": TODAY - DAY}, Reason.DATE_IN_PAST),
        ({"start": LATER, "renewal": LATER - DAY}, Reason.PERIOD_INVALID),
    ],
)
async def test_what_is_no_text(world: World, changed: dict[str, Any], reason: Reason) -> None:
    with refused(reason):
        await text(world, **({"version": "1.0"} | changed))

    async with world.register.snapshot() as snapshot:
        assert not await snapshot.find(AgreementText)


def test_the_largest_document_is_taken() -> None:
    assert PLAIN == media_type_of(b"a" * MAX_DOCUMENT, MAX_DOCUMENT, "document")


@given(st.text())
def test_any_text_in_utf8_is_taken_unless_it_is_empty_or_steers_a_terminal(written: str) -> None:
    try:
        body = written.encode()
    except UnicodeEncodeError:
        return
    steers = any(each < " " and each not in "\t\n\f\r" for each in written)
    steers = steers or any("\x7f" <= each <= "\x9f" for each in written)

    try:
        found = media_type_of(body, MAX_DOCUMENT, "document")
    except Refused:
        found = ""

    assert ("" if steers or not written.strip() else PLAIN) == found


async def test_no_two_texts_have_the_same_document_or_name(every_world: World) -> None:
    await text(every_world, "1.0", document=b"one")

    for version, document in (("2.0", b"one"), ("1.0", b"two")):
        with refused(Reason.ALREADY_REGISTERED):
            await text(every_world, version, document=document)
    await text(every_world, "1.0", language="en", document=b"two")
    await text(every_world, "1.0", AgreementKind.VVA, document=b"three")


async def test_a_new_version_asks_nothing_anew(every_world: World) -> None:
    before = await agreements(every_world, BOARD)

    done = await text(every_world, "2.0")

    assert 0 == done.renewed
    assert before == await agreements(every_world, BOARD)


async def test_a_new_version_that_says_so_ends_what_is_on_others(every_world: World) -> None:
    await every_world.put(Board(number=FRESH))
    own = (await text(every_world, "2.0", language="en")).text
    offered = await offer(every_world, language="en")
    kept = (await accept(every_world, offered)).agreement
    before = await agreements(every_world, BOARD)

    done = await text(every_world, "2.0", renewal=LATER)

    after = await agreements(every_world, BOARD)
    changed = {key: each for key, each in after.items() if each != before[key]}
    ((key, ended),) = changed.items()
    assert OSO is ended.kind
    assert replace(before[key], period=before[key].period.until(LATER)) == ended
    assert 3 == done.renewed  # of both boards and the samenwerkingsverband
    assert own.version == kept.text_version
    assert {str(kept.agreement_id): kept} == await agreements(every_world, FRESH)


async def test_paper_on_an_earlier_version_lasts_no_longer_than_that(world: World) -> None:
    await world.put(Board(number=FRESH))
    old = (await text(world, "1.0")).text
    await text(world, "2.0", renewal=LATER)
    new = (await text(world, "2.1", start=LATER)).text

    (first,) = await record(world, FRESH, OSO, text=old.digest)
    with refused(Reason.AGREEMENT_TEXT_REPLACED):
        await record(world, FRESH, OSO, start=LATER + DAY)
    (second,) = await record(world, FRESH, OSO, start=LATER + DAY, text=new.digest)

    assert (LATER, None) == (first.period.end, second.period.end)


async def test_a_renewal_leaves_an_earlier_end_alone(world: World) -> None:
    await world.put(Board(number=FRESH))
    (recorded,) = await record(world, FRESH, OSO)
    early = replace(recorded, period=recorded.period.until(TODAY + DAY))
    await world.put(early)

    await text(world, "2.0", renewal=LATER)

    assert {str(early.agreement_id): early} == await agreements(world, FRESH)


async def test_what_is_offered_is_no_agreement_to_renew(world: World) -> None:
    await world.put(Board(number=FRESH))
    await text(world, "1.0")
    offered = await offer(world)

    await text(world, "2.0", renewal=LATER)

    async with world.register.snapshot() as snapshot:
        assert offered == await snapshot.get(Agreement, str(offered.agreement_id))
