"""Keys are fetched over a real connection: within bounds, and from nowhere else."""

import socket
import ssl
from pathlib import Path
from typing import Final

import pytest

from support.builders.pki import Pki
from support.fakes.broker import Broker, issuer_of
from support.fakes.key_server import answering, key_server
from wissel.clients.testing.cast import NOORD
from wissel.server.identity.persons import fetching
from wissel.server.identity.persons.fetching import fetch_keys
from wissel.server.identity.persons.issuer_keys import FetchFailed
from wissel.server.identity.persons.verifier import require_roots
from wissel.server.issuers import Issuer
from wissel.server.settings import StartError

BROKER: Final = Broker()
LARGE: Final = b" " * (fetching.MAX_BYTES + 1)


def at(address: str, roots: Path | None = None) -> Issuer:
    return issuer_of(BROKER, jwks_url=f"{address}/jwks", jwks_ca=roots, development=True)


async def failure(issuer: Issuer) -> str:
    with pytest.raises(FetchFailed) as failed:
        await fetch_keys(issuer)
    return str(failed.value)


async def test_keys_come_over_https_from_who_the_roots_vouch_for(tmp_path: Path) -> None:
    pki = Pki.create(tmp_path)
    identity = pki.issue("broker", oin=NOORD.oin)
    with key_server(answering(BROKER.key_set()), identity) as address:
        fetched = await fetch_keys(at(address, pki.roots))
        distrusted = await failure(at(address))

    assert BROKER.key_set() == fetched
    assert "certificate verify failed" in distrusted.lower()


async def test_keys_come_over_http_on_this_machine() -> None:
    with key_server(answering(BROKER.key_set())) as address:
        assert BROKER.key_set() == await fetch_keys(at(address))


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with key_server(answering(BROKER.key_set())) as address:
        assert BROKER.key_set() == await fetch_keys(at(address))


async def test_a_redirect_is_not_followed() -> None:
    with (
        key_server(answering(BROKER.key_set())) as elsewhere,
        key_server(answering(b"", 302, location=elsewhere)) as address,
    ):
        assert "HTTP status 302" in await failure(at(address))


@pytest.mark.parametrize(
    ("body", "status", "problem"), [(b"", 503, "503"), (LARGE, 200, "256 KiB")]
)
async def test_what_is_no_key_set_of_sane_size_is_said(
    body: bytes, status: int, problem: str
) -> None:
    with key_server(answering(body, status)) as address:
        assert problem in await failure(at(address))


async def test_an_address_that_nobody_serves_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"

        said = await failure(at(address))

    assert said.startswith(f"{address}/jwks: ")


async def test_roots_that_are_gone_are_said(tmp_path: Path) -> None:
    assert "No such file" in await failure(at("https://127.0.0.1:1", tmp_path / "gone.pem"))


@pytest.mark.parametrize("content", [None, "no certificates"])
def test_roots_that_cannot_be_used_keep_a_hub_from_starting(
    tmp_path: Path, content: str | None
) -> None:
    roots = tmp_path / "roots.pem"
    if content is not None:
        roots.write_text(content)

    with pytest.raises(StartError) as refused:
        require_roots([at("https://127.0.0.1:1", roots)])

    assert f"WISSEL_ISSUERS: jwks_ca of mijn-duo: {roots}: " in str(refused.value)


def test_without_roots_of_its_own_those_of_the_system_count() -> None:
    assert ssl.CERT_REQUIRED is fetching.trusted(None).verify_mode
