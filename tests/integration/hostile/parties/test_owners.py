"""Who owns no service, or another one, learns nothing of what waits and changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub, status_of
from wissel.clients.testing.cast import ZUID
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.routing.facts import AgreementKind, Fact, Party, Processing, Role, Service, System
from wissel.routing.values.identifiers import Oin, ServiceCode, SystemId

OTHER: Final = Oin("00000003999999660000")
"""Another chain partner, which owns a service of its own."""
ITS_SERVICE: Final = ServiceCode("OTHER")
WAITING: Final = w.mandate(w.XC, w.LAS_ZUID, w.RIO, processing=Processing.AWAITING)
ITS_OWN: Final = w.mandate(w.XB, w.LAS_ZUID, ITS_SERVICE, processing=Processing.AWAITING)


def facts() -> list[Fact]:
    return [
        *w.small(),
        WAITING,
        ITS_OWN,
        Party(oin=OTHER, name="Andere keten", role=Role.CHAIN_PARTNER),
        Service(
            code=ITS_SERVICE,
            name="Anders",
            owner=OTHER,
            board_agreements=(AgreementKind.KENNISNET_OSR,),
            processed_by_owner=True,
        ),
    ]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=facts()) as started:
        started.issue("other", oin=OTHER)
        yield started


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


ASKED: Final[list[tuple[str, Any, dict[str, Any]]]] = [
    ("GetMandate", pb.GetMandateRequest, {}),
    ("ProcessMandate", pb.ProcessMandateRequest, {"processing": "PROCESSED"}),
    ("ProcessMandate", pb.ProcessMandateRequest, {"processing": "PROCESSED", "etag": "00"}),
    ("ProcessMandate", pb.ProcessMandateRequest, {"processing": "REJECTED"}),
    ("ProcessMandate", pb.ProcessMandateRequest, {"processing": "REJECTED", "reason": "no"}),
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("foreign", [WAITING, w.C_ZUID], ids=["of DUO", "of Kennisnet"])
async def test_what_is_anothers_is_byte_for_byte_what_is_not_there(
    hub: Hub, foreign: Any, language: str
) -> None:
    before = await hub.register.head_revision()
    other, metadata = Stubs(hub, "other").mandates, (("accept-language", language),)
    named, missing = str(foreign.mandate_id), str(uuid4())
    for method, kind, more in ASKED:
        call = getattr(other, method)

        of_foreign = await refusal(call(kind(mandate_id=named, **more), metadata=metadata))
        of_missing = await refusal(call(kind(mandate_id=missing, **more), metadata=metadata))

        told = status_of(of_foreign).SerializeToString().replace(named.encode(), missing.encode())
        assert reason_of(of_foreign) == "MANDATE_NOT_FOUND"
        assert told == status_of(of_missing).SerializeToString(), method
    assert await hub.register.head_revision() == before


async def test_a_request_of_the_owner_is_repeated_to_nobody_else(hub: Hub) -> None:
    request = pb.ProcessMandateRequest(
        mandate_id=str(WAITING.mandate_id), processing="PROCESSED", request_id=str(uuid4())
    )
    await Stubs(hub, "duo").mandates.ProcessMandate(request)

    error = await refusal(Stubs(hub, "other").mandates.ProcessMandate(request))

    assert reason_of(error) == "MANDATE_NOT_FOUND"


async def test_a_request_is_repeated_to_its_owner_only_while_it_is_the_owner(hub: Hub) -> None:
    request = pb.ProcessMandateRequest(
        mandate_id=str(WAITING.mandate_id), processing="PROCESSED", request_id=str(uuid4())
    )
    duo = Stubs(hub, "duo").mandates
    first = await duo.ProcessMandate(request)
    repeated = await duo.ProcessMandate(request)

    await hub.put(replace(w.services()[2], owner=OTHER))
    error = await refusal(duo.ProcessMandate(request))

    assert first == repeated
    assert reason_of(error) == "MANDATE_NOT_FOUND"


async def test_each_owner_lists_what_is_its_own(hub: Hub) -> None:
    listed = {}
    for name in ("duo", "other"):
        mandates = Stubs(hub, name).mandates
        every = await mandates.ListMandates(pb.ListMandatesRequest(include_ended=True))
        waits = await mandates.ListPendingMandates(pb.ListPendingMandatesRequest())
        listed[name] = [[each.mandate_id for each in found.mandates] for found in (every, waits)]

    assert listed == {
        "duo": [[str(WAITING.mandate_id)]] * 2,
        "other": [[str(ITS_OWN.mandate_id)]] * 2,
    }


@pytest.mark.parametrize("asked", [{"service": "RIO"}, {"service": "RIO_PO"}, {"brin": "99XC"}])
async def test_a_filter_by_what_is_anothers_finds_nothing(hub: Hub, asked: dict[str, Any]) -> None:
    other = Stubs(hub, "other").mandates

    found = await other.ListMandates(pb.ListMandatesRequest(include_ended=True, **asked))

    assert (list(found.mandates), found.next_page_token) == ([], "")
    if "service" in asked:
        waits = await other.ListPendingMandates(pb.ListPendingMandatesRequest(**asked))
        assert waits.SerializeToString() == b""


async def test_the_page_token_of_an_owner_shows_another_its_own(hub: Hub) -> None:
    more = w.mandate(w.XC, w.LAS_NOORD, w.RIO, processing=Processing.AWAITING)
    its = w.mandate(w.XC, w.LAS_NOORD, ITS_SERVICE, processing=Processing.AWAITING)
    await hub.put(more, its)
    ask = pb.ListPendingMandatesRequest(page_size=1)
    token = (await Stubs(hub, "duo").mandates.ListPendingMandates(ask)).next_page_token

    shown = await Stubs(hub, "other").mandates.ListPendingMandates(
        pb.ListPendingMandatesRequest(page_size=1000, page_token=token)
    )

    assert token
    assert {each.service for each in shown.mandates} <= {ITS_SERVICE}


@pytest.mark.parametrize("name", ["noord", "zuid", "desk", "stranger", "portal"])
@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("ListPendingMandates", pb.ListPendingMandatesRequest()),
        (
            "ProcessMandate",
            pb.ProcessMandateRequest(mandate_id=str(WAITING.mandate_id), processing="PROCESSED"),
        ),
    ],
)
async def test_nobody_but_a_chain_partner_may_ask(
    hub: Hub, name: str, method: str, request_: Any
) -> None:
    """Neither the vendor of the mandate, nor the desk, nor a portal."""
    portal = Oin("00000003999999650000")
    hub.issue("portal", oin=portal)
    await hub.put(Party(oin=portal, name="Portaal", role=Role.PORTAL))

    error = await refusal(getattr(Stubs(hub, name).mandates, method)(request_))

    expected = "PARTY_NOT_REGISTERED" if name == "stranger" else "METHOD_NOT_ALLOWED"
    assert reason_of(error) == expected


async def test_a_partner_without_a_service_finds_nothing(hub: Hub) -> None:
    poor = Oin("00000003999999640000")
    hub.issue("poor", oin=poor)
    await hub.put(Party(oin=poor, name="Keten zonder dienst", role=Role.CHAIN_PARTNER))
    mandates = Stubs(hub, "poor").mandates

    waits = await mandates.ListPendingMandates(pb.ListPendingMandatesRequest())
    every = await mandates.ListMandates(pb.ListMandatesRequest(include_ended=True))

    assert waits.SerializeToString() == b""
    assert list(every.mandates) == []


async def test_a_system_of_a_partner_is_not_its_service(hub: Hub) -> None:
    """Only vendors have systems; one that stands in the register all the same opens nothing."""
    await hub.put(System(system_id=SystemId("las-other"), party=OTHER, name="Niet van hier"))
    strange = w.mandate(w.XC, SystemId("las-other"), w.RIO, processing=Processing.AWAITING)
    await hub.put(strange)

    error = await refusal(
        Stubs(hub, "other").mandates.GetMandate(
            pb.GetMandateRequest(mandate_id=str(strange.mandate_id))
        )
    )

    assert reason_of(error) == "MANDATE_NOT_FOUND"


async def test_what_was_rejected_lets_nobody_act(hub: Hub) -> None:
    asked = pb.ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="RIO")
    duo = Stubs(hub, "duo").mandates
    named = str(WAITING.mandate_id)
    await duo.ProcessMandate(pb.ProcessMandateRequest(mandate_id=named, processing="PROCESSED"))
    before = await duo.ValidateMandate(asked)

    await duo.ProcessMandate(
        pb.ProcessMandateRequest(mandate_id=named, processing="REJECTED", reason="by mistake")
    )
    after = await duo.ValidateMandate(asked)

    assert (before.result, after.result, after.reason) == ("OK", "NOK", "MANDATE_REJECTED")
