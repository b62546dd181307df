"""What part of a hub's quotas one of its processes has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.server.settings import WHOLE, Share


def test_a_hub_of_one_process_has_all() -> None:
    assert WHOLE.whole
    assert 600 == WHOLE.part_of(600)


@pytest.mark.parametrize(("workers", "part"), [(2, 300), (3, 200), (7, 86)])
def test_a_worker_has_its_part(workers: int, part: int) -> None:
    assert part == Share(workers=workers).part_of(600)


@given(st.integers(1, 64), st.integers(1, 10**6))
def test_all_parts_are_at_least_the_quota_and_none_is_empty(workers: int, quota: int) -> None:
    part = Share(workers=workers).part_of(quota)

    assert part >= 1
    assert quota <= part * workers < quota + workers
