"""The other end of a connection, as gRPC and as the socket name it."""

import ipaddress

import pytest

from wissel.server.rpc.connections.connection import address_of, is_within, peer_of


@pytest.mark.parametrize(
    ("host", "peer", "address"),
    [
        ("192.0.2.1", "ipv4:192.0.2.1:50000", "192.0.2.1"),
        ("::ffff:192.0.2.1", "ipv4:192.0.2.1:50000", "192.0.2.1"),
        ("2001:db8::1", "ipv6:%5B2001:db8::1%5D:50000", "2001:db8::/64"),
        ("fe80::1%eth0", "ipv6:%5Bfe80::1%25eth0%5D:50000", "fe80::/64"),
    ],
)
def test_both_name_it_alike(host: str, peer: str, address: str) -> None:
    assert peer_of(host, 50_000) == peer
    assert address_of(peer) == address


def test_one_customer_of_ipv6_is_one_address() -> None:
    first, second = peer_of("2001:db8:0:1::1", 1), peer_of("2001:db8:0:1:ffff::2", 2)

    assert address_of(first) == address_of(second)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", True),
        ("192.0.2.9", False),
        ("2001:db8::/64", True),
        ("2001:db8:1::/64", False),
        ("unix", False),
    ],
)
def test_a_proxy_is_told_by_its_address_or_network(address: str, expected: bool) -> None:
    networks = (ipaddress.ip_network("192.0.2.1"), ipaddress.ip_network("2001:db8::7/128"))

    assert is_within(address, networks) is expected
