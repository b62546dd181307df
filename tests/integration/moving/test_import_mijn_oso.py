"""ImportMijnOso: what Mijn OSO knew, by an operator, whole or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import select

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub, status_of
from support.worlds.stores import sqlite_url
from wissel.agreement.v1 import agreement_service_pb2 as agreement_pb
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.move.v1 import move_service_pb2 as pb
from wissel.routing.facts import Board
from wissel.routing.values.identifiers import BoardNumber, Brin
from wissel.school.v1 import school_service_pb2 as school_pb
from wissel.server.rpc.services.moving.reading import AANLEVERPUNTEN
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.register.tables import EVENT
from wissel.traffic.v1 import route_service_pb2 as route_pb

FRESH = BoardNumber("99009")
NEW = Brin("98XA")
POINT = {
    "line": 2,
    "organisation": "98XA",
    "aanleverpunt": "0",
    "system": "las-noord",
    "status": "actief",
    "kind": "LAS",
}
SIGNED = {"line": 2, "signatory": "99009", "kind": "OSO", "signed_date": "2020-05-01"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """98XA is of a board that has signed nothing here."""
    facts = [*w.small(), Board(number=FRESH), w.school(NEW, FRESH, "00", "02")]
    async with running_hub(tmp_path, facts=facts) as started:
        yield started


def request(*points: dict[str, Any], agreed: Any = (), **fields: Any) -> pb.ImportMijnOsoRequest:
    named = {"reason": WHY, "file_name": "export.csv", "agreements_file_name": "signed.csv"}
    return pb.ImportMijnOsoRequest(
        aanleverpunten=[pb.MijnOsoAanleverpunt(**each) for each in points],
        agreements=[pb.MijnOsoAgreement(**each) for each in agreed],
        **(named | fields),
    )


async def move(hub: Hub, asked: pb.ImportMijnOsoRequest, name: str = "desk") -> Any:
    return await Stubs(hub, name).moves.ImportMijnOso(asked, metadata=OPERATOR_METADATA)


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value


async def test_a_board_need_do_nothing_to_receive_by_oso(hub: Hub) -> None:
    desk = Stubs(hub, "desk")
    resolve = route_pb.ResolveRouteRequest(sender_brin="99XA", receiver_brin=NEW, service="OSO_OV")

    (moved,) = (await move(hub, request(POINT, agreed=[SIGNED]))).aanleverpunten
    mandates = await Stubs(hub, "noord").mandates.ListMandates(
        mandate_pb.ListMandatesRequest(brin=NEW)
    )
    await Stubs(hub, "noord").endpoints.RegisterEndpoint(
        endpoint_pb.RegisterEndpointRequest(
            mandate_id=mandates.mandates[0].mandate_id,
            routing_key=moved.routing_key,
            url="https://las.noord.example",
            vestiging=moved.vestiging,
        )
    )
    route = (await Stubs(hub, "noord").routes.ResolveRoute(resolve)).route
    check = school_pb.CheckConnectionRequest(brin=NEW, service="OSO_OV")
    before = (await desk.schools.CheckConnection(check)).connections[0]
    await desk.agree("KENNISNET_OSR", board_number=FRESH)
    after = (await desk.schools.CheckConnection(check)).connections[0]

    assert ("GIVEN", ["OSO_OV"], "") == (moved.outcome, list(moved.services), moved.vestiging)
    assert (moved.routing_key, "las-noord") == (route.routing_key, route.system_id)
    assert (True, ["KENNISNET_OSR"]) == (before.connected, list(before.kinds_to_sign))
    assert (True, []) == (after.connected, list(after.kinds_to_sign))


async def test_it_opens_no_other_service(hub: Hub) -> None:
    await move(hub, request(POINT, agreed=[SIGNED]))

    error = await refused(
        Stubs(hub, "desk").mandates.CreateMandate(
            mandate_pb.CreateMandateRequest(
                brin=NEW, service="RIO", system_id="las-noord", reason=WHY
            ),
            metadata=OPERATOR_METADATA,
        )
    )
    checked = await Stubs(hub, "desk").agreements.CheckAgreements(
        agreement_pb.CheckAgreementsRequest(board_number=FRESH, service="OSO_OV")
    )

    assert "AGREEMENT_MISSING" == reason_of(error)
    assert [("KENNISNET_OSR", "MIGRATED", "OSO"), ("OSO", "MIGRATED", "")] == [
        (each.kind, each.agreement.status, each.agreement.only_with_kind)
        for each in checked.required
    ]


async def test_its_events_tell_who_moved_it_and_why(hub: Hub, tmp_path: Path) -> None:
    await move(hub, request(POINT, agreed=[SIGNED], reason="the move of OSO to the register"))

    query = select(EVENT.c.entity, EVENT.c.method, EVENT.c.reason).where(EVENT.c.reason != "")
    with BlockingDatabase.open(sqlite_url(tmp_path)) as database, database.reading() as reading:
        rows = reading.execute(query).all()
    assert ["agreement", "agreement", "mandate"] == [each.entity for each in rows]
    assert {("ImportMijnOso", "the move of OSO to the register")} == {
        (each.method.rpartition("/")[2], each.reason) for each in rows
    }


async def test_a_dry_run_tells_what_it_would_do(hub: Hub) -> None:
    before = await hub.register.head_revision()

    tried = await move(hub, request(POINT, agreed=[SIGNED], validate_only=True))
    head = await hub.register.head_revision()
    done = await move(hub, request(POINT, agreed=[SIGNED]))

    assert (before, before) == (tried.revision, head)
    assert (1, ["99009"]) == (
        tried.impact.senders.gained,
        [each.key for each in tried.impact.by_board.groups],
    )
    assert (tried.aanleverpunten, tried.agreements) == (done.aanleverpunten, done.agreements)


async def test_a_repeat_gets_the_same_answer_and_another_body_is_refused(hub: Hub) -> None:
    same = str(uuid4())
    first = await move(hub, request(POINT, agreed=[SIGNED], request_id=same))

    again = await move(hub, request(POINT, agreed=[SIGNED], request_id=same))
    other = await refused(move(hub, request(POINT, request_id=same)))

    assert first == again
    assert "REQUEST_ID_REUSED" == reason_of(other)


@pytest.mark.parametrize("name", ["noord", "duo"])
async def test_only_an_operator_moves(hub: Hub, name: str) -> None:
    assert "METHOD_NOT_ALLOWED" == reason_of(await refused(move(hub, request(POINT), name)))


async def test_an_operator_says_why(hub: Hub) -> None:
    assert "REASON_REQUIRED" == reason_of(await refused(move(hub, request(POINT, reason=""))))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"organisation": "98xa"}, "no BRIN"),
        ({"organisation": ""}, "no BRIN"),
        ({"aanleverpunt": "first"}, "no aanleverpunt"),
        ({"aanleverpunt": ""}, "no aanleverpunt"),
        ({"aanleverpunt": "100000"}, "no aanleverpunt"),
        ({"system": " "}, "no system"),
        ({"system": "x" * 201}, "more than 200"),
        ({"status": "misschien"}, "its status is none of"),
        ({"status": ""}, "its status is none of"),
        ({"kind": "SWV"}, "its kind is none of LAS, OT, LDOS"),
        ({"organisation": "PO9901"}, "its kind is none of SWV"),
    ],
)
async def test_a_malformed_line_is_named_and_nothing_is_written(
    hub: Hub, change: dict[str, str], problem: str
) -> None:
    before = await hub.register.head_revision()

    error = await refused(move(hub, request(POINT, POINT | {"line": 7} | change)))

    metadata = status_of(error)
    assert "FILE_LINE_INVALID" == reason_of(error)
    assert "export.csv" in metadata.message
    assert "line 7" in metadata.message
    assert problem in metadata.message
    assert before == await hub.register.head_revision()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"signatory": "9900"}, "no board number"),
        ({"kind": "VVA"}, "its kind is neither"),
        ({"start_date": "2022-13-01"}, "no day"),
        ({"start_date": "2022-08-15", "end_date": "2022-08-14"}, "it ends before it begins"),
    ],
)
async def test_a_malformed_agreement_is_named(
    hub: Hub, change: dict[str, str], problem: str
) -> None:
    error = await refused(move(hub, request(agreed=[SIGNED | change])))

    assert "FILE_LINE_INVALID" == reason_of(error)
    assert "signed.csv" in status_of(error).message
    assert problem in status_of(error).message


async def test_one_aanleverpunt_does_not_stand_twice_with_different_words(hub: Hub) -> None:
    error = await refused(move(hub, request(POINT, POINT | {"line": 3, "status": "inactief"})))

    assert "it stands with another content on line 2" in status_of(error).message


@pytest.mark.parametrize("word", ["Actief", "AANGESLOTEN", "active", " connected "])
async def test_the_words_for_active(hub: Hub, word: str) -> None:
    (moved,) = (await move(hub, request(POINT | {"status": word}))).aanleverpunten

    assert "AGREEMENT_MISSING" == moved.outcome


@pytest.mark.parametrize("word", ["niet-aangesloten", "Inactief", "in aanvraag", "not_connected"])
async def test_what_is_not_connected_is_left_out(hub: Hub, word: str) -> None:
    (moved,) = (await move(hub, request(POINT | {"status": word}))).aanleverpunten

    assert "NOT_CONNECTED" == moved.outcome


async def test_too_many_lines_are_refused(hub: Hub) -> None:
    small = {"organisation": "98XA"}
    error = await refused(move(hub, request(*[small] * (AANLEVERPUNTEN + 1))))

    assert "BATCH_TOO_LARGE" == reason_of(error)


async def test_a_request_that_is_too_large_is_refused(hub: Hub) -> None:
    error = await refused(move(hub, request(POINT | {"system": "x" * 1_600_000})))

    assert "REQUEST_TOO_LARGE" == reason_of(error)


async def test_a_day_that_is_none_is_refused(hub: Hub) -> None:
    error = await refused(move(hub, request(POINT, start_date="15-08-2022")))

    assert "DATE_MALFORMED" == reason_of(error)
