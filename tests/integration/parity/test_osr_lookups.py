"""What the OSR answers to a look-up of schools, services and versions (docs/osr-parity.md)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.routing.values.identifiers import Brin
from wissel.school.v1 import school_service_pb2 as school_pb


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


def oin(brin: str) -> str:
    return str(Brin(brin).oin)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["99XA", "99XB", "99XC"]),
        ({"oin": oin("99XB")}, ["99XB"]),
        ({"brin": "99XB"}, ["99XB"]),
        ({"brin": "99XB", "oin": oin("99XB"), "board_number": w.BOARD_2}, ["99XB"]),
        ({"brin": "99XB", "oin": oin("99XC")}, []),
        ({"brin": "99XB", "board_number": w.BOARD_1}, []),
        ({"brin": "99XB", "name_contains": "school 99xb"}, ["99XB"]),
        ({"oin": oin("99XB"), "name_contains": "elsewhere"}, []),
        ({"brin": "99ZZ"}, []),
        ({"oin": "00000003990000030000"}, []),
    ],
)
async def test_schools_are_found_by_what_adds_up(
    hub: Hub, asked: dict[str, Any], found: list[str]
) -> None:
    answer = await Stubs(hub, "noord").schools.ListSchools(school_pb.ListSchoolsRequest(**asked))

    assert found == [each.brin for each in answer.schools if each.brin != "00YY"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({"brin": "99xb"}, "IDENTIFIER_MALFORMED"), ({"oin": "1"}, "IDENTIFIER_MALFORMED")],
)
async def test_a_malformed_school_is_refused(hub: Hub, asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await Stubs(hub, "noord").schools.ListSchools(school_pb.ListSchoolsRequest(**asked))

    assert reason == reason_of(error.value)


async def test_a_school_that_is_not_there_is_not_found(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await Stubs(hub, "noord").schools.GetSchool(school_pb.GetSchoolRequest(brin="99ZZ"))

    assert (grpc.StatusCode.NOT_FOUND, "SCHOOL_NOT_FOUND") == (
        error.value.code(),
        reason_of(error.value),
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name_contains": "OSO"}, ["OSO_OV", "OSO_SWV"]),
        ({"name_contains": "oVERstap"}, ["OSO_OV"]),
        ({"name_contains": "nothing of the kind"}, []),
        ({"namespace": w.OV_2025}, ["OSO_OV"]),
        ({"namespace": w.OV_2025, "name_contains": "samenwerking"}, []),
        ({"namespace": "urn:unknown"}, []),
    ],
)
async def test_services_are_found_by_part_of_their_name_and_by_version(
    hub: Hub, asked: dict[str, Any], found: list[str]
) -> None:
    answer = await Stubs(hub, "noord").catalog.ListServices(pb.ListServicesRequest(**asked))

    assert found == [each.code for each in answer.services]


async def test_the_versions_of_a_service_are_listed_with_their_status(hub: Hub) -> None:
    request = pb.GetServiceRequest(service="OSO_OV")
    service = (await Stubs(hub, "noord").catalog.GetService(request)).service

    assert {(w.OV_2025, "ACTIVE"), (w.OV_2026, "ACTIVE")} <= {
        (each.namespace, each.status) for each in service.versions
    }


async def test_one_version_is_shown_by_its_namespace(hub: Hub) -> None:
    request = pb.GetServiceRequest(service="OSO_OV", namespace=w.OV_2025)
    service = (await Stubs(hub, "noord").catalog.GetService(request)).service

    assert [w.OV_2025] == [each.namespace for each in service.versions]


@pytest.mark.parametrize(
    ("asked", "code", "reason"),
    [
        ({"service": "oso ov"}, grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MALFORMED"),
        ({"service": ""}, grpc.StatusCode.INVALID_ARGUMENT, "FIELD_REQUIRED"),
        ({"service": "NONE"}, grpc.StatusCode.NOT_FOUND, "SERVICE_NOT_FOUND"),
        (
            {"service": "OSO_OV", "namespace": "urn:unknown"},
            grpc.StatusCode.NOT_FOUND,
            "SERVICE_VERSION_NOT_FOUND",
        ),
        (
            {"service": "OSO_OV", "namespace": "with a blank"},
            grpc.StatusCode.INVALID_ARGUMENT,
            "IDENTIFIER_MALFORMED",
        ),
    ],
)
async def test_a_service_or_version_that_is_none(
    hub: Hub, asked: dict[str, Any], code: grpc.StatusCode, reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await Stubs(hub, "noord").catalog.GetService(pb.GetServiceRequest(**asked))

    assert (code, reason) == (error.value.code(), reason_of(error.value))


async def test_a_third_party_hears_ok_or_nok_and_the_supplier_sees_its_mandate(hub: Hub) -> None:
    request = mandate_pb.ValidateMandateRequest(
        organisation_oin=oin("99XC"), supplier_oin=ZUID.oin, namespace=w.OV_2026
    )
    other = mandate_pb.ValidateMandateRequest(
        organisation_oin=oin("99XC"), supplier_oin=NOORD.oin, namespace=w.OV_2026
    )

    third = await Stubs(hub, "noord").mandates.ValidateMandate(request)
    own = await Stubs(hub, "zuid").mandates.ValidateMandate(request)
    none = await Stubs(hub, "zuid").mandates.ValidateMandate(other)

    assert ("OK", "", False) == (third.result, third.reason, third.HasField("mandate"))
    assert ("OK", str(w.C_ZUID.mandate_id), str(w.START), "") == (
        own.result,
        own.mandate.mandate_id,
        own.mandate.start_date,
        own.mandate.end_date,
    )
    assert ("NOK", "", False) == (none.result, none.reason, none.HasField("mandate"))


async def test_a_vendor_lists_its_own_mandates_of_a_service(hub: Hub) -> None:
    request = mandate_pb.ListMandatesRequest(service="OSO_OV")
    own = (await Stubs(hub, "noord").mandates.ListMandates(request)).mandates
    request.service = "OSO_SWV"
    others = (await Stubs(hub, "noord").mandates.ListMandates(request)).mandates

    assert {str(w.A_NOORD.mandate_id), str(w.B_NOORD.mandate_id)} == {e.mandate_id for e in own}
    assert [str(w.A_NOORD_SWV.mandate_id)] == [each.mandate_id for each in others]


async def test_a_mandate_of_another_service_is_not_there(hub: Hub) -> None:
    request = mandate_pb.ListMandatesRequest(service="RIO")

    assert [] == list((await Stubs(hub, "noord").mandates.ListMandates(request)).mandates)
