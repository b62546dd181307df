"""Which owners and modes keep a private key from others: what PostgreSQL accepts, and no more."""

import pytest

from wissel.routing.signing.key_files import key_file_problem

ROOT, HUB = 0, 1000


@pytest.mark.parametrize(
    ("owner", "mode"),
    [(HUB, 0o600), (HUB, 0o400), (HUB, 0o700), (ROOT, 0o600), (ROOT, 0o440), (ROOT, 0o640)],
)
def test_a_key_that_is_kept_from_others(owner: int, mode: int) -> None:
    assert key_file_problem("hub.key", owner, 0o100000 | mode) is None


@pytest.mark.parametrize(
    ("owner", "mode", "fix"),
    [
        (HUB, 0o640, "chmod 600 hub.key"),
        (HUB, 0o440, "chmod 600 hub.key"),
        (HUB, 0o604, "chmod 600 hub.key"),
        (HUB, 0o610, "chmod 600 hub.key"),
        (HUB, 0o644, "chmod 600 hub.key"),
        (ROOT, 0o644, "chmod 640 hub.key, as root"),
        (ROOT, 0o444, "chmod 640 hub.key, as root"),
        (ROOT, 0o660, "chmod 640 hub.key"),
        (ROOT, 0o650, "chmod 640 hub.key"),
    ],
)
def test_a_key_on_which_others_have_rights(owner: int, mode: int, fix: str) -> None:
    problem = key_file_problem("hub.key", owner, 0o100000 | mode)

    assert problem is not None
    assert problem.startswith("hub.key: ")
    assert f"(mode {mode:04o})" in problem
    assert problem.endswith(fix)
