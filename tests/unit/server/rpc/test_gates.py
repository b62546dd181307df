"""The parts of the gRPC adapter that need no connection."""

import io

import orjson
import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin
from wissel.server.rpc.calls.call import preferred_language
from wissel.server.rpc.calls.log import JsonLines
from wissel.server.rpc.calls.quota import Buckets, Quota
from wissel.server.rpc.calls.status import MAX_DETAILS, status_of

NOORD = Oin("00000003999999010000")


def test_a_bucket_refills_evenly_and_a_refusal_takes_nothing() -> None:
    now = [0.0]
    buckets = Buckets(Quota.RESOLVE, 60, lambda: now[0])
    buckets.spend(NOORD, 60)
    with pytest.raises(Refused) as refused:
        buckets.spend(NOORD, 10)
    now[0] = 10.0

    buckets.spend(NOORD, 10)

    assert refused.value.reason is Reason.QUOTA_EXCEEDED
    assert refused.value.retry_after == pytest.approx(10)


def test_a_batch_above_the_quota_needs_a_full_bucket() -> None:
    buckets = Buckets(Quota.RESOLVE, 60, lambda: 0.0)

    buckets.spend(NOORD, 1000)

    with pytest.raises(Refused):
        buckets.spend(NOORD, 1)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("nl", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en,nl;q=0.9", "en"),
        ("de,nl;q=0.2", "nl"),
        ("nl;q=0", "en"),
        ("nl;q=x", "en"),
        (";;,,", "en"),
    ],
)
def test_the_language_that_ranks_first_is_spoken(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


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


async def test_lines_are_written_in_blocks_and_errors_at_once() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream)
    for number in range(63):
        lines.write({"n": number})
    before = stream.getvalue()

    lines.write({"n": 63})
    block = stream.getvalue()
    lines.write({"n": 64})
    lines.write({"level": "error", "n": 65})

    assert before == ""
    assert len(block.splitlines()) == 64
    assert [orjson.loads(line)["n"] for line in stream.getvalue().splitlines()] == [*range(66)]
