"""The call that is served: in which language its refusals are worded."""

import pytest

from wissel.server.rpc.calls.call import preferred_language


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
