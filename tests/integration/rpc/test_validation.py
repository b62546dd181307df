"""ValidateMandate: by service or by the namespace of one of its versions."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, reason_of, running_hub
from wissel.clients.testing.cast import DUO, SWV, ZUID
from wissel.mandate.v1.mandate_service_pb2 import ValidateMandateRequest
from wissel.routing.facts import RolloutStage


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def asked(**changes: Any) -> ValidateMandateRequest:
    fields = {"brin": "99XC", "supplier_oin": ZUID.oin}
    return ValidateMandateRequest(**(fields | changes))


@pytest.mark.parametrize(
    "subject",
    [
        {"service": "OSO_OV"},
        {"namespace": small_world.OV_2025},
        {"namespace": small_world.OV_2026},
        {"namespace": small_world.OV_2026, "organisation_oin": small_world.XC.oin},
    ],
)
async def test_a_mandate_is_found_by_service_or_version(hub: Hub, subject: dict[str, str]) -> None:
    answer = await Stubs(hub, "duo").mandates.ValidateMandate(asked(**subject))

    assert answer.result == "OK"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"brin": "99ZZ"}, "SCHOOL_NOT_FOUND"),
        ({"supplier_oin": DUO.oin}, "MANDATE_MISSING"),
        ({"service": "RIO"}, "MANDATE_MISSING"),
        ({"reference_date": "2020-01-01"}, "MANDATE_MISSING"),
    ],
)
async def test_what_is_not_there_is_nok(hub: Hub, changes: dict[str, str], reason: str) -> None:
    answer = await Stubs(hub, "duo").mandates.ValidateMandate(
        asked(**({"service": "OSO_OV"} | changes))
    )

    assert (answer.result, answer.reason) == ("NOK", reason)


async def with_shared_namespace(hub: Hub) -> None:
    """Let OSO_OV and OSO_SWV have the same versions, as they do in reality."""
    overstap, verband, *_ = small_world.services()
    await hub.put(replace(verband, versions=(*verband.versions, *overstap.versions)))


async def test_of_a_namespace_that_services_share_those_are_named_for_which_it_is_ok(
    hub: Hub,
) -> None:
    await with_shared_namespace(hub)

    of_school = await Stubs(hub, "zuid").mandates.ValidateMandate(
        asked(namespace=small_world.OV_2026)
    )
    of_verband = await Stubs(hub, "zuid").mandates.ValidateMandate(
        asked(brin=None, swv=SWV, namespace=small_world.OV_2026)
    )

    assert ("OK", ["OSO_OV"]) == (of_school.result, list(of_school.services))
    assert ("OK", ["OSO_SWV"]) == (of_verband.result, list(of_verband.services))
    assert "OSO_OV" == of_school.mandate.service
    assert "OSO_SWV" == of_verband.mandate.service


async def test_of_a_namespace_that_services_share_all_are_named_if_it_is_nok(hub: Hub) -> None:
    await with_shared_namespace(hub)
    shut = small_world.qualification(
        small_world.LAS_ZUID, small_world.OSO_SWV, rollout=RolloutStage.CLOSED
    )
    await hub.put(shut)

    missing = await Stubs(hub, "duo").mandates.ValidateMandate(
        asked(brin="99XA", namespace=small_world.OV_2026)
    )
    closed = await Stubs(hub, "duo").mandates.ValidateMandate(
        asked(brin=None, swv=SWV, namespace=small_world.OV_2026)
    )

    both = ["OSO_OV", "OSO_SWV"]
    assert ("NOK", "MANDATE_MISSING", both) == (
        missing.result,
        missing.reason,
        list(missing.services),
    )
    assert ("NOK", "ROLLOUT_CLOSED", both) == (closed.result, closed.reason, list(closed.services))


async def test_a_service_is_named_by_its_code(hub: Hub) -> None:
    answer = await Stubs(hub, "duo").mandates.ValidateMandate(asked(service="OSO_OV"))

    assert ["OSO_OV"] == list(answer.services)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"namespace": "urn:none"}, "SERVICE_VERSION_NOT_FOUND"),
        ({}, "FIELD_REQUIRED"),
        ({"service": "OSO_OV", "supplier_oin": ""}, "FIELD_REQUIRED"),
    ],
)
async def test_a_question_that_is_none_is_refused(
    hub: Hub, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "duo").mandates.ValidateMandate(asked(**changes))

    assert reason_of(refused.value) == reason


async def test_who_asks_about_others_reads_out_no_register(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, lookup_per_minute=3)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as hub:
        about_zuid = asked(service="OSO_OV")
        third_party = Stubs(hub, "noord").mandates
        for _ in range(3):
            await third_party.ValidateMandate(about_zuid)

        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await third_party.ValidateMandate(about_zuid)

        assert reason_of(caught.value) == "QUOTA_EXCEEDED"
        for who in ("zuid", "duo", "desk"):
            for _ in range(5):
                await Stubs(hub, who).mandates.ValidateMandate(about_zuid)
