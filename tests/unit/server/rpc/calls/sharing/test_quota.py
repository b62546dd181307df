"""Quotas: a bucket for each caller, which refills evenly."""

import pytest

from wissel.clients.testing.cast import NOORD
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota


def test_a_bucket_refills_evenly_and_a_refusal_takes_nothing() -> None:
    now = [0.0]
    buckets = Buckets(Quota.RESOLVE, 60, lambda: now[0])
    buckets.spend(NOORD.oin, 60)
    with pytest.raises(Refused) as refused:
        buckets.spend(NOORD.oin, 10)
    now[0] = 10.0

    buckets.spend(NOORD.oin, 10)

    assert refused.value.reason is Reason.QUOTA_EXCEEDED
    assert refused.value.retry_after == pytest.approx(10)


def test_a_batch_above_the_quota_needs_a_full_bucket() -> None:
    buckets = Buckets(Quota.RESOLVE, 60, lambda: 0.0)

    buckets.spend(NOORD.oin, 1000)

    with pytest.raises(Refused):
        buckets.spend(NOORD.oin, 1)
