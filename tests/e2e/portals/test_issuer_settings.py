"""Login brokers in the settings: what is wrong with one is named, and keeps a hub from starting."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from support.processes.hub_process import Place
from support.processes.processes import run
from wissel.clients.testing.cast import PORTAL

USAGE = 2
GOOD: Final[dict[str, Any]] = {
    "alias": "mijn-duo",
    "url": "https://login.example",
    "jwks_url": "https://login.example/jwks",
    "clients": {"portal": PORTAL.oin},
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.make(tmp_path)


def check(place: Place, **settings: str) -> tuple[int, str]:
    return run(
        ["wissel-server", "check"],
        environ={**place.environ, **{f"WISSEL_{name}": value for name, value in settings.items()}},
        cwd=place.folder,
    )


@pytest.mark.parametrize(
    ("issuers", "said"),
    [
        ("mijn-duo", "WISSEL_ISSUERS: not JSON"),
        ("{}", "WISSEL_ISSUERS: must be a JSON array"),
        (json.dumps([GOOD | {"alias": "Mijn DUO"}]), "WISSEL_ISSUERS[0].alias: 'Mijn DUO' is no"),
        (json.dumps([GOOD, GOOD]), "WISSEL_ISSUERS: two issuers have the alias 'mijn-duo'"),
        (
            json.dumps([GOOD | {"jwks_url": "http://127.0.0.1/jwks"}]),
            "WISSEL_ISSUERS[0]: jwks_url 'http://127.0.0.1/jwks' must be https",
        ),
        (
            json.dumps([GOOD | {"jwks_ca": "/nowhere/roots.pem"}]),
            "WISSEL_ISSUERS: jwks_ca of mijn-duo: /nowhere/roots.pem: No such file or directory",
        ),
    ],
)
def test_a_login_broker_that_is_wrong_is_named(place: Place, issuers: str, said: str) -> None:
    code, printed = check(place, ISSUERS=issuers)

    assert USAGE == code
    assert said in printed
    assert "Traceback" not in printed
    assert 1 == len(printed.splitlines())


def test_login_brokers_are_tables_of_a_file(place: Place) -> None:
    """Whether they answer is not asked: a hub starts without them."""
    config = place.folder / "wissel.toml"
    config.write_text(
        '[[issuers]]\nalias = "mijn-duo"\nurl = "https://login.invalid"\n'
        'jwks_url = "https://login.invalid/jwks"\n'
        f'clients = {{ portal = "{PORTAL.oin}" }}\n'
    )

    good = check(place, CONFIG=str(config))
    config.write_text(config.read_text() + 'rols = ["x"]\n')
    wrong = check(place, CONFIG=str(config))

    assert (0, True) == (good[0], "nothing keeps a hub" in good[1])
    assert (USAGE, True) == (wrong[0], "WISSEL_ISSUERS[0].rols" in wrong[1])


@pytest.mark.parametrize(
    ("name", "value"), [("TOKEN_QUOTA_PER_MINUTE", "0"), ("KEEP_PERSONS_DAYS", "30")]
)
def test_a_number_out_of_its_bounds_is_named(place: Place, name: str, value: str) -> None:
    code, printed = check(place, **{name: value})

    assert (USAGE, True) == (code, f"WISSEL_{name}: " in printed)
