"""Extra aanleverpunten, changes, suggestions and look-ups of endpoints over the API (R8, R9)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.fakes.broker import bearer
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from support.worlds.persons.portal_world import portal_world
from wissel.clients.testing.cast import SWV_OIN
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.school.v1 import school_service_pb2 as school
from wissel.traffic.v1 import route_service_pb2 as route

MANDATE = str(w.C_ZUID.mandate_id)
OWN = w.endpoint(w.C_ZUID, 1)
EXTRA_KEY = str(w.key(w.XC, 100))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def extra(hub: Hub, **more: Any) -> pb.Endpoint:
    fields: dict[str, Any] = {"aanleverpunt": "100", "attribute": "OT"} | more
    answer = await Stubs(hub, "zuid").endpoint(MANDATE, EXTRA_KEY, **fields)
    return answer.endpoint  # type: ignore[no-any-return]  # the stubs are untyped


async def test_an_extra_aanleverpunt_is_in_a_route_once_it_is_approved(hub: Hub) -> None:
    waiting = await extra(hub)
    desk, duo = Stubs(hub, "desk"), Stubs(hub, "duo")
    explained = await duo.routes.ExplainRoute(
        route.ExplainRouteRequest(
            query=route.ResolveRouteRequest(
                sender_oin="00000001800866472000",
                receiver_brin="99XC",
                service="OSO_OV",
                receiver_aanleverpunt="100",
            )
        )
    )
    before = await refused(duo.resolve(receiver_aanleverpunt="100"))
    listed = await desk.endpoints.ListEndpoints(
        pb.ListEndpointsRequest(awaiting_approval_only=True)
    )

    approval = pb.ApproveDeliveryPointRequest(
        endpoint_id=waiting.endpoint_id, etag=waiting.etag, reason=WHY, request_id=str(uuid4())
    )
    first = await desk.endpoints.ApproveDeliveryPoint(approval, metadata=OPERATOR_METADATA)
    again = await desk.endpoints.ApproveDeliveryPoint(approval, metadata=OPERATOR_METADATA)

    assert "AWAITING_APPROVAL" == waiting.status
    assert ("ENDPOINT_UNAPPROVED", "APPROVE_ENDPOINT", "OPERATOR") == (
        explained.gaps[0].reason,
        explained.gaps[0].action,
        explained.gaps[0].owner,
    )
    assert "ENDPOINT_UNAPPROVED" == before
    assert [waiting.endpoint_id] == [each.endpoint_id for each in listed.endpoints]
    assert first == again
    assert "ACTIVE" == first.endpoint.status
    assert waiting.endpoint_id == (await duo.resolve(receiver_aanleverpunt="100")).endpoint_id
    assert not (
        await desk.endpoints.ListEndpoints(pb.ListEndpointsRequest(awaiting_approval_only=True))
    ).endpoints


async def test_what_an_approval_would_bring_is_told_first(hub: Hub) -> None:
    own = pb.EndEndpointRequest(endpoint_id=str(OWN.endpoint_id), immediately=True)
    await Stubs(hub, "zuid").endpoints.EndEndpoint(own)
    waiting = await extra(hub, attribute="LAS")
    asked = pb.ApproveDeliveryPointRequest(
        endpoint_id=waiting.endpoint_id, reason=WHY, validate_only=True
    )

    told = await Stubs(hub, "desk").endpoints.ApproveDeliveryPoint(
        asked, metadata=OPERATOR_METADATA
    )

    assert 0 < told.impact.routes.gained
    assert "RECEIVER_NOT_CONNECTED" == await refused(Stubs(hub, "noord").resolve())


async def test_a_school_is_told_that_its_connection_waits_for_an_approval(hub: Hub) -> None:
    own = pb.EndEndpointRequest(endpoint_id=str(OWN.endpoint_id), immediately=True)
    await Stubs(hub, "zuid").endpoints.EndEndpoint(own)
    await extra(hub, attribute="LAS")

    found = await Stubs(hub, "zuid").schools.CheckConnection(
        school.CheckConnectionRequest(brin="99XC", service="OSO_OV")
    )

    assert ["ENDPOINT_UNAPPROVED"] == [
        gap.reason for each in found.connections for gap in each.gaps
    ]


@pytest.mark.parametrize("name", ["zuid", "noord", "duo"])
async def test_only_an_operator_approves(hub: Hub, name: str) -> None:
    waiting = await extra(hub)
    asked = pb.ApproveDeliveryPointRequest(endpoint_id=waiting.endpoint_id)

    assert "METHOD_NOT_ALLOWED" == await refused(
        Stubs(hub, name).endpoints.ApproveDeliveryPoint(asked)
    )


async def test_a_board_sees_its_endpoints_and_changes_none(tmp_path: Path) -> None:
    async with portal_world(tmp_path) as world:
        token = bearer(world.broker.token())
        endpoints = world.portal.endpoints

        seen = await endpoints.ListEndpoints(pb.ListEndpointsRequest(), metadata=token)
        refusals = {
            await refused(call(request, metadata=token))
            for call, request in (
                (endpoints.UpdateEndpoint, pb.UpdateEndpointRequest(endpoint_id=MANDATE)),
                (endpoints.BatchRegisterEndpoints, pb.BatchRegisterEndpointsRequest()),
                (endpoints.SuggestRoutingKey, pb.SuggestRoutingKeyRequest(mandate_id=MANDATE)),
                (endpoints.ApproveDeliveryPoint, pb.ApproveDeliveryPointRequest()),
            )
        }

    assert {"99XA"} == {each.brin for each in seen.endpoints}
    assert {"METHOD_NOT_ALLOWED"} == refusals


async def test_a_change_moves_the_route_and_tells_so_first(hub: Hub) -> None:
    zuid, noord = Stubs(hub, "zuid").endpoints, Stubs(hub, "noord")
    named: dict[str, Any] = {"endpoint_id": str(OWN.endpoint_id)}
    seen = (await zuid.GetEndpoint(pb.GetEndpointRequest(**named))).endpoint
    asked = pb.UpdateEndpointRequest(url="https://b.example", etag=seen.etag, **named)

    asked.validate_only = True
    told = await zuid.UpdateEndpoint(asked)
    where = (await noord.resolve()).url
    asked.validate_only = False
    done = await zuid.UpdateEndpoint(asked)

    assert 0 < told.impact.routes.moved
    assert seen.url == where
    assert "https://b.example" == done.endpoint.url == (await noord.resolve()).url
    assert seen.etag != done.endpoint.etag
    assert "ETAG_MISMATCH" == await refused(zuid.UpdateEndpoint(asked))


async def test_what_is_absent_stays_and_what_is_empty_is_emptied(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    named: dict[str, Any] = {"endpoint_id": str(OWN.endpoint_id)}

    async def update(**more: Any) -> pb.Endpoint:
        answer = await zuid.UpdateEndpoint(pb.UpdateEndpointRequest(**named, **more))
        return answer.endpoint  # type: ignore[no-any-return]  # the stubs are untyped

    ending = await update(end_date="2099-07-31")
    assert "2099-07-31" == (await update()).end_date == ending.end_date
    whole = await update(end_date="", vestiging="")
    assert ("", "", "") == (whole.end_date, whole.vestiging, whole.aanleverpunt)
    for field in ("url", "attribute", "start_date"):
        assert await refused(update(**{field: ""})) in {"FIELD_REQUIRED", "DATE_MALFORMED"}


async def test_a_free_key_is_suggested_for_an_own_mandate(hub: Hub) -> None:
    zuid, noord = Stubs(hub, "zuid").endpoints, Stubs(hub, "noord").endpoints
    asked = pb.SuggestRoutingKeyRequest(mandate_id=MANDATE)

    assert str(w.key(w.XC, 2)) == (await zuid.SuggestRoutingKey(asked)).routing_key
    assert "MANDATE_NOT_FOUND" == await refused(noord.SuggestRoutingKey(asked))
    assert "FIELD_REQUIRED" == await refused(zuid.SuggestRoutingKey(pb.SuggestRoutingKeyRequest()))


LOOKED_UP: list[tuple[dict[str, Any], int]] = [
    ({"oin": "0000000700099XC00000", "service": "OSO_OV"}, 1),
    ({"oin": str(SWV_OIN), "service": "OSO_SWV"}, 1),
    ({"brin": "99XC", "service_version": str(w.OV_2026)}, 1),
    ({"brin": "99XC", "service": "OSO_OV", "on_date": "2020-01-01"}, 0),
    (
        {"brin": "99XC", "service": "OSO_OV", "on_date": "2020-01-01", "include_future": True},
        1,
    ),
    ({"brin": "99XC", "service": "OSO_OV", "reference_date": "2020-01-01"}, 0),
    ({"routing_key": str(w.key(w.XC, 1)), "service": "OSO_OV"}, 1),
    ({"routing_key": EXTRA_KEY, "service": "OSO_OV"}, 0),
    ({"brin": "99XC", "service": "OSO_OV", "attribute": "OT"}, 0),
]


@pytest.mark.parametrize(("asked", "count"), LOOKED_UP)
async def test_the_telephone_book_by_school_or_key(
    hub: Hub, asked: dict[str, Any], count: int
) -> None:
    """What waits for its approval is not in it."""
    await extra(hub)

    found = await Stubs(hub, "noord").endpoints.LookupEndpoints(pb.LookupEndpointsRequest(**asked))

    assert count == len(found.endpoints)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"brin": "99XC"}, "FIELD_REQUIRED"),
        ({"service": "OSO_OV"}, "FIELD_REQUIRED"),
        ({"oin": "0000000700099ZZ00000", "service": "OSO_OV"}, "SCHOOL_NOT_FOUND"),
        ({"oin": "00000003990000990000", "service": "OSO_OV"}, "SWV_NOT_FOUND"),
        ({"oin": "99XC", "service": "OSO_OV"}, "IDENTIFIER_MALFORMED"),
        (
            {
                "brin": "99XC",
                "service": "OSO_OV",
                "on_date": "2026-01-01",
                "reference_date": "2026-01-02",
            },
            "FIELD_INVALID",
        ),
    ],
)
async def test_look_ups_that_cannot_be(hub: Hub, asked: dict[str, Any], reason: str) -> None:
    lookup = Stubs(hub, "noord").endpoints.LookupEndpoints

    assert reason == await refused(lookup(pb.LookupEndpointsRequest(**asked)))
