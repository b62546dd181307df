"""A refusal as a gRPC status: it fits, it names its field, and it tells each caller its part."""

from typing import Any, cast

import pytest
from google.rpc import error_details_pb2

from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import Role
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin
from wissel.server.rpc.calls.call import Caller
from wissel.server.rpc.calls.status import MAX_DETAILS, for_caller, status_of

CONFLICT = Refused(Reason.MANDATE_OVERLAPS, system_id="las-noord", mandate_id="of another")


def caller(role: Role | None) -> Caller:
    return Caller(oin=NOORD.oin, party=NOORD.oin, role=role, name="", peer=cast(Any, None))


@pytest.mark.parametrize("reason", list(Reason))
def test_a_status_fits_its_metadata_whatever_it_holds(reason: Reason) -> None:
    metadata = {f"name_{number}": "x" * 5000 for number in range(20)}

    status = status_of(Refused(reason, field="field", **metadata), "nl")  # type: ignore[arg-type]  # names of our own

    assert status.ByteSize() <= MAX_DETAILS
    assert status.message.startswith(f"{reason}: ")


def test_a_status_names_the_field_in_its_words() -> None:
    status = status_of(Refused(Reason.FIELD_REQUIRED, field="school.locations.name"), "nl")
    with pytest.raises(Refused) as caught:
        Brin.parse("99xa", "receiver_brin")

    assert status.message.startswith("FIELD_REQUIRED: A required field is empty: school.locations.")
    assert b"Een verplicht veld is leeg: school.locations.name." in status.SerializeToString()
    assert "receiver_brin is 99xa, which is no BRIN." in status_of(caught.value).message


@pytest.mark.parametrize("reason", list(Reason))
def test_a_status_tells_when_the_same_call_may_be_repeated(reason: Reason) -> None:
    """By the catalogue, and by what the refusal says itself."""
    seconds = CATALOGUE[reason].retry_seconds

    assert seconds == delay(Refused(reason))
    assert delay(Refused(reason, retry_after=2.5)) == (None if seconds is None else 2.5)


def delay(refused: Refused) -> float | None:
    retry = error_details_pb2.RetryInfo()
    found = any(detail.Unpack(retry) for detail in status_of(refused).details)
    return retry.retry_delay.ToTimedelta().total_seconds() if found else None


@pytest.mark.parametrize("who", [None, caller(None), caller(Role.VENDOR)])
def test_a_conflict_names_a_foreign_entity_to_nobody_else(who: Caller | None) -> None:
    told = for_caller(CONFLICT, who)

    assert (told.reason, told.metadata) == (Reason.MANDATE_OVERLAPS, {"system_id": "las-noord"})


def test_a_conflict_names_a_foreign_entity_to_an_operator() -> None:
    assert for_caller(CONFLICT, caller(Role.OPERATOR)) is CONFLICT


def test_other_refusals_are_told_whole() -> None:
    whole = Refused(Reason.MANDATE_MISSING, system_id="las-noord")

    assert for_caller(whole, caller(Role.VENDOR)) is whole
