"""Every kept input and every seed, through its target: no fuzzer needed."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.corpus import KEPT, kept
from fuzz.shaping import joined
from fuzz.target import Target
from fuzz.targets import TARGETS

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
"""The library warns of certificates that are odd, and these are, on purpose."""


@pytest.fixture(params=TARGETS.values(), ids=list(TARGETS), scope="module")
def target(request: pytest.FixtureRequest) -> Target:
    found: Target = request.param
    return found


def test_what_was_found_stays_found(target: Target) -> None:
    for path in kept(target):
        assert target.check(path.read_bytes()), path.name


def test_every_seed_has_an_outcome(target: Target) -> None:
    assert len({target.check(seed) for seed in target.seeds()}) > 1


def test_every_kept_input_belongs_to_a_target() -> None:
    assert {path.name for path in KEPT.iterdir()} <= set(TARGETS)


@cache
def _seeds(name: str) -> list[bytes]:
    return list(TARGETS[name].seeds())


_CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(str.encode),
    st.sampled_from([b"", b"\0", b"\xff" * 10, b"99XA", b"111222333", b"\x30\x03\x02\x01\x05"]),
)
_RECIPES = st.builds(
    lambda start, changes: bytes([start]) + joined(changes),
    st.integers(0, 255),
    st.lists(st.tuples(st.integers(0, 255), _CONTENTS), max_size=4),
)
"""Something valid, changed field by field; see `fuzz.shaping`."""


@settings(max_examples=50, deadline=None)
@given(recipe=_RECIPES)
def test_a_changed_field_is_read_or_refused(target: Target, recipe: bytes) -> None:
    assert target.check(recipe)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_cut_or_spoiled_seed_is_read_or_refused(target: Target, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(_seeds(target.name)))
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, len(seed)))

    spoiled = seed[:start] + data.draw(st.binary(max_size=8)) + seed[end:]

    assert target.check(spoiled)
