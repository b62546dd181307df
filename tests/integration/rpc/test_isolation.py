"""What a vendor can see and do: its own, and of all else not even that it exists."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import Hub, reason_of, running_hub, status_of
from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.facts import System
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.school.v1 import school_service_pb2 as school

FOREIGN_MANDATE = str(small_world.C_ZUID.mandate_id)
FOREIGN_ENDPOINT = str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


ASKED: list[tuple[str, str, Any, str]] = [
    ("mandates", "GetMandate", mandate.GetMandateRequest, "mandate_id"),
    ("endpoints", "GetEndpoint", endpoint.GetEndpointRequest, "endpoint_id"),
    ("endpoints", "SuspendEndpoint", endpoint.SuspendEndpointRequest, "endpoint_id"),
    ("endpoints", "ResumeEndpoint", endpoint.ResumeEndpointRequest, "endpoint_id"),
]


@pytest.mark.parametrize(("service", "method", "kind", "field"), ASKED)
async def test_a_foreign_entity_is_refused_in_the_words_of_a_missing_one(
    hub: Hub, service: str, method: str, kind: Any, field: str
) -> None:
    call = getattr(getattr(Stubs(hub, "noord"), service), method)
    foreign = FOREIGN_MANDATE if field == "mandate_id" else FOREIGN_ENDPOINT
    missing = str(uuid4())

    with pytest.raises(grpc.aio.AioRpcError) as of_foreign:
        await call(kind(**{field: foreign}))
    with pytest.raises(grpc.aio.AioRpcError) as of_missing:
        await call(kind(**{field: missing}))

    told = status_of(of_foreign.value).SerializeToString()
    assert of_foreign.value.code() is grpc.StatusCode.NOT_FOUND
    assert (
        told.replace(foreign.encode(), missing.encode())
        == status_of(of_missing.value).SerializeToString()
    )


async def test_no_endpoint_is_registered_under_a_foreign_mandate(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").endpoint(FOREIGN_MANDATE, small_world.key(small_world.XC, 7))

    assert reason_of(refused.value) == "MANDATE_NOT_FOUND"


async def test_lists_hold_a_vendors_own_and_an_operators_all(hub: Hub) -> None:
    noord, desk = Stubs(hub, "noord"), Stubs(hub, "desk")

    own = (await noord.mandates.ListMandates(mandate.ListMandatesRequest())).mandates
    every = (await desk.mandates.ListMandates(mandate.ListMandatesRequest())).mandates
    foreign = await noord.mandates.ListMandates(mandate.ListMandatesRequest(system_id="las-zuid"))
    endpoints = (await noord.endpoints.ListEndpoints(endpoint.ListEndpointsRequest())).endpoints

    assert {each.system_id for each in own} == {"las-noord"}
    assert {each.party_oin for each in every} == {NOORD.oin, ZUID.oin}
    assert not foreign.mandates
    assert {each.system_id for each in endpoints} == {"las-noord"}


async def test_agreements_and_qualifications_of_others_are_not_shown(hub: Hub) -> None:
    noord = Stubs(hub, "noord")

    signed = await noord.agreements.ListAgreements(agreement.ListAgreementsRequest())
    of_board = await noord.agreements.ListAgreements(
        agreement.ListAgreementsRequest(board_number="99001")
    )
    systems = (await noord.parties.ListSystems(party.ListSystemsRequest())).systems

    assert {each.party_oin for each in signed.agreements} == {NOORD.oin}
    assert not of_board.agreements
    assert {each.system_id: bool(each.qualifications) for each in systems} == {
        "las-noord": True,
        "las-zuid": False,
    }


async def test_a_system_with_an_oin_of_its_own_sees_what_its_vendor_signed(hub: Hub) -> None:
    own_oin = Oin("00000003999999330000")
    own = System(system_id=SystemId("ot-noord"), party=NOORD.oin, name="OT", oin=own_oin)
    await hub.put(own)
    hub.issue("ot", oin=own_oin)

    signed = await Stubs(hub, "ot").agreements.ListAgreements(agreement.ListAgreementsRequest())

    assert {each.party_oin for each in signed.agreements} == {NOORD.oin}


async def test_a_chain_partner_sees_every_qualification(hub: Hub) -> None:
    systems = (await Stubs(hub, "duo").parties.ListSystems(party.ListSystemsRequest())).systems

    assert all(each.qualifications for each in systems)


@pytest.mark.parametrize("name", ["noord", "duo"])
async def test_only_an_operator_acts_for_boards(hub: Hub, name: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, name).mandate("99XA", "las-noord")

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert reason_of(refused.value) == "METHOD_NOT_ALLOWED"


async def test_anyone_may_know_the_schools(hub: Hub) -> None:
    found = await Stubs(hub, "zuid").schools.GetSchool(school.GetSchoolRequest(brin="99XB"))

    assert [each.vestiging for each in found.school.locations] == ["99XB00", "99XB02"]


async def test_what_a_supplier_may_know_of_a_mandate_depends_on_who_asks(hub: Hub) -> None:
    good = mandate.ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="OSO_OV")
    bad = mandate.ValidateMandateRequest(brin="99XC", supplier_oin=NOORD.oin, service="OSO_OV")
    noord, zuid, duo = (Stubs(hub, name).mandates for name in ("noord", "zuid", "duo"))

    assert (await zuid.ValidateMandate(good)).HasField("mandate")
    foreign = await noord.ValidateMandate(good)
    assert (foreign.result, foreign.HasField("mandate")) == ("OK", False)
    assert (await duo.ValidateMandate(bad)).reason == "MANDATE_MISSING"
    assert (await zuid.ValidateMandate(bad)).reason == ""
