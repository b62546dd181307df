"""The addresses of endpoints (R8)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds.register_world import refused
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.rules.endpoints import address


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://las.example", "https://las.example"),
        ("https://LAS.Example:8443", "https://las.example:8443"),
        ("https://las.example:65535", "https://las.example:65535"),
        ("https://localhost:1", "https://localhost:1"),
        ("https://192.0.2.7:443", "https://192.0.2.7:443"),
        ("https://[2001:DB8::7]:443", "https://[2001:db8::7]:443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_addresses(text: str, kept: str) -> None:
    assert address(text, forwardable=True) == kept
    assert address(text, forwardable=False) == kept


NEVER = [
    "",
    "las.example",
    "http://las.example",
    "HTTPS://las.example",
    "https://",
    "https://:443",
    "https://las.example:",
    "https://las.example:0",
    "https://las.example:080",
    "https://las.example:65536",
    "https://las.example:999999",
    "https://las.example#part",
    "https://las.example/#part",
    "https://user@las.example",
    "https://user:word@las.example",
    "https://las.example\\@other.example",
    "https://las..example",
    "https://.las.example",
    "https://las.example.",
    "https://-las.example",
    "https://las-.example",
    "https://las_1.example",
    "https://lás.example",
    "https://las.example\n",
    " https://las.example",
    "https://las.exam\tple",
    "https://127.1",
    "https://0x7f.0x1",
    "https://2130706433",
    "https://256.1.1.1",
    "https://010.0.0.1",
    "https://[::1",
    "https://[::1%eth0]",
    "https://[1.2.3.4]",
    "https://[::g]",
    "https://" + "a" * 64 + ".example",
    "https://" + "a." * 130 + "example",
    "https://las.example/" + "x" * 500,
]


@pytest.mark.parametrize("text", NEVER)
def test_what_is_no_address(text: str) -> None:
    for forwardable in (True, False):
        with refused(Reason.URL_INVALID) as caught:
            address(text, forwardable=forwardable)
        assert caught.value.metadata == {}


@pytest.mark.parametrize("rest", ["/", "/services/rio", "?oin=1", "/a?b=c"])
def test_a_path_only_where_the_hub_does_not_deliver(rest: str) -> None:
    text = f"https://las.example:8443{rest}"

    with refused(Reason.URL_INVALID):
        address(text, forwardable=True)
    assert address(text, forwardable=False) == text


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for candidate in (text, f"https://{text}"):
        with suppress(Refused):
            kept = address(candidate, forwardable=True)

            assert address(kept, forwardable=True) == kept
