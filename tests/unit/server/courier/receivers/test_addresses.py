"""Which addresses the hub may connect to, wherever a name leads."""

import ipaddress

import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.receivers.addresses import (
    MOST_ADDRESSES,
    HostPort,
    allowed_addresses,
    is_allowed,
    target_of,
)


@pytest.mark.parametrize("text", ["8.8.8.8", "2a00:1450:400e::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert is_allowed(address, private=False)
    assert is_allowed(address, private=True)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1"],
)
def test_private_ones_only_if_configured(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert not is_allowed(address, private=False)
    assert is_allowed(address, private=True)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104 - nothing binds to it
        "169.254.169.254",
        "224.0.0.1",
        "::",
        "fe80::1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "::ffff:0:a9fe:a9fe",
        "255.255.255.255",
        "5f00::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c::1",
        "fec0::1",
    ],
)
def test_some_never(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert not is_allowed(address, private=False)
    assert not is_allowed(address, private=True)


def test_a_host_that_leads_to_no_allowed_address_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        allowed_addresses("las.example", [ipaddress.ip_address("127.0.0.1")], private=False)

    assert caught.value.reason is Reason.ADDRESS_NOT_ALLOWED


def test_of_a_thousand_addresses_a_few_are_tried_and_those_allowed() -> None:
    found = [ipaddress.ip_address(0x0A000000 + number) for number in range(1000)]
    public = ipaddress.ip_address("8.8.8.8")

    assert allowed_addresses("las.example", found, private=True) == found[:MOST_ADDRESSES]
    assert allowed_addresses("las.example", [*found, public], private=False) == [public]


def test_a_target_is_exactly_one_address() -> None:
    assert target_of(ipaddress.ip_address("127.0.0.1"), 443) == "ipv4:127.0.0.1:443"
    assert target_of(ipaddress.ip_address("::1"), 443) == "ipv6:[::1]:443"
    assert HostPort.of("https://[::1]") == HostPort("::1", 443)
