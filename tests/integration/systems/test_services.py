"""Versions and services over the API: who may add them, repeats, and what it would do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.clients.testing.cast import DUO

SUMMER = "urn:wissel:oso-ov:2027"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


def version(**changes: Any) -> pb.RegisterServiceVersionRequest:
    fields: dict[str, Any] = {"service": "OSO_OV", "namespace": SUMMER, "reason": WHY}
    return pb.RegisterServiceVersionRequest(**(fields | changes))


async def test_a_version_is_added_once_and_a_repeat_gets_the_answer(hub: Hub) -> None:
    desk = Stubs(hub, "desk").catalog
    request = version(request_id=str(uuid4()), start_date="2027-08-01")

    first = await desk.RegisterServiceVersion(request, metadata=OPERATOR_METADATA)
    again = await desk.RegisterServiceVersion(request, metadata=OPERATOR_METADATA)
    request.end_date = "2028-08-01"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.RegisterServiceVersion(request, metadata=OPERATOR_METADATA)

    added = first.service.versions[-1]
    assert (added.namespace, added.status, added.start_date) == (SUMMER, "ACTIVE", "2027-08-01")
    assert again == first
    assert reason_of(refused.value) == "REQUEST_ID_REUSED"


async def test_what_retiring_a_version_would_stop_is_told_first(hub: Hub) -> None:
    desk = Stubs(hub, "desk").catalog
    request = pb.UpdateServiceVersionRequest(
        service="OSO_OV", namespace=w.OV_2026, status="RETIRED", reason=WHY, validate_only=True
    )

    told = await desk.UpdateServiceVersion(request, metadata=OPERATOR_METADATA)
    request.validate_only = False
    done = await desk.UpdateServiceVersion(request, metadata=OPERATOR_METADATA)

    assert told.impact.routes.lost > 0
    assert done.revision == told.revision + 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").resolve()
    assert reason_of(refused.value) == "RECEIVER_NOT_CONNECTED"


@pytest.mark.parametrize("name", ["noord", "duo"])
async def test_services_are_an_operators_to_add(hub: Hub, name: str) -> None:
    catalog = Stubs(hub, name).catalog
    service = pb.Service(code="NIEUW", name="Nieuw", owner_oin=DUO.oin)
    refusals = []
    for call in (
        catalog.RegisterServiceVersion(version()),
        catalog.UpdateServiceVersion(
            pb.UpdateServiceVersionRequest(service="OSO_OV", namespace=w.OV_2026)
        ),
        catalog.RegisterService(pb.RegisterServiceRequest(service=service)),
        catalog.UpdateService(pb.UpdateServiceRequest(service="OSO_OV", note="x")),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        refusals.append(reason_of(refused.value))

    assert refusals == ["METHOD_NOT_ALLOWED"] * 4


async def test_a_note_is_told_to_who_reads_the_catalogue(hub: Hub) -> None:
    desk, request_id = Stubs(hub, "desk").catalog, str(uuid4())
    request = pb.UpdateServiceRequest(
        service="RIO_PO", note="Nog een stap.", reason=WHY, request_id=request_id
    )

    first = await desk.UpdateService(request, metadata=OPERATOR_METADATA)
    again = await desk.UpdateService(request, metadata=OPERATOR_METADATA)
    read = await Stubs(hub, "noord").catalog.GetService(pb.GetServiceRequest(service="RIO"))

    assert first == again
    assert ("RIO", "Nog een stap.") == (read.service.code, read.service.note)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "nieuw"}, "IDENTIFIER_MALFORMED"),
        ({"sectors": ["HO"]}, "FIELD_INVALID"),
        ({"required_evidence": ["A_LETTER"]}, "FIELD_INVALID"),
        ({"required_agreements": ["VENDOR_OSO"]}, "FIELD_INVALID"),
        ({"aliases": [f"A{number}" for number in range(21)]}, "BATCH_TOO_LARGE"),
        ({"versions": [pb.ServiceVersion(namespace="urn:1")]}, "FIELD_INVALID"),
    ],
)
async def test_a_service_that_cannot_be(hub: Hub, fields: dict[str, object], reason: str) -> None:
    described = {"code": "NIEUW", "name": "Nieuw", "owner_oin": DUO.oin} | fields
    request = pb.RegisterServiceRequest(service=pb.Service(**described), reason=WHY)  # type: ignore[arg-type]

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "desk").catalog.RegisterService(request, metadata=OPERATOR_METADATA)

    assert reason_of(refused.value) == reason


async def test_a_service_that_an_operator_added_is_mandated_and_versioned(hub: Hub) -> None:
    desk = Stubs(hub, "desk")
    service = pb.Service(code="NIEUW", name="Nieuw", owner_oin=DUO.oin, sectors=["PO"])
    request = pb.RegisterServiceRequest(service=service, reason=WHY)

    made = await desk.catalog.RegisterService(request, metadata=OPERATOR_METADATA)
    await desk.catalog.RegisterServiceVersion(
        version(service="NIEUW", etag=made.service.etag), metadata=OPERATOR_METADATA
    )
    given = await desk.mandate("99XA", "las-noord", "NIEUW")

    assert list(made.service.required_agreements) == ["KENNISNET_OSR"]
    assert given.mandate.service == "NIEUW"
