"""Where an endpoint is: the URL that a vendor registers, and the address that it leads to."""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

from fuzz.target import Target, told
from wissel.routing.refusals.errors import Refused
from wissel.server.courier.receivers.addresses import HostPort, IpAddress, is_allowed, target_of
from wissel.server.registry.rules.endpoints import address

_AROUND: Final = ("{}", "https://{}", "https://[{}]", "https://[{}]:443", "https://{}:8443/oso?a=b")


def _check_url(data: bytes) -> str:
    """Register a text as a URL: what surrounds it, and whether the hub delivers there itself."""
    if not data:
        return "nothing"
    form, forwardable = data[0] >> 1, data[0] % 2 == 0
    text = _AROUND[form % len(_AROUND)].format(data[1:].decode("utf-8", "replace"))
    try:
        found = address(text, forwardable=forwardable)
    except Refused as refused:
        return told(refused)
    assert address(found, forwardable=forwardable) == found
    assert found.isascii()
    assert found.isprintable()
    assert found.lower().startswith(text[: len(found)].lower())
    _require_place(found, forwardable=forwardable)
    return "accepted"


def _require_place(url: str, *, forwardable: bool) -> None:
    """What was registered leads to the host that it seems to name, whoever reads it."""
    place = HostPort.of(url)
    assert 0 < place.port < 2**16
    host = f"[{place.host}]" if ":" in place.host else place.host
    port = f":{place.port}"
    assert url.startswith((f"https://{host}{port}", f"https://{host}"))
    if forwardable:
        assert url in (f"https://{host}", f"https://{host}{port}")
    assert {ipaddress.ip_address(each) for each in _numbers(place)} <= _written_as(place)


def _numbers(place: HostPort) -> list[str]:
    """Return the address that a resolver reads in a host without asking anybody."""
    try:
        found = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except socket.gaierror:
        return []
    return [str(each[4][0]) for each in found]


def _written_as(place: HostPort) -> set[IpAddress]:
    try:
        return {ipaddress.ip_address(place.host)}
    except ValueError:
        return set()


def _check_address(data: bytes) -> str:
    """Judge the four or sixteen bytes of an address."""
    raw = data[:16] if len(data) >= 16 else data[:4].ljust(4, b"\0")
    found = ipaddress.ip_address(raw)
    public, anywhere = is_allowed(found, private=False), is_allowed(found, private=True)
    assert public <= anywhere
    inner = getattr(found, "ipv4_mapped", None)
    if inner is not None:
        assert public == is_allowed(inner, private=False)
        assert anywhere == is_allowed(inner, private=True)
    real = inner or found
    if anywhere:
        assert not any((real.is_link_local, real.is_multicast, real.is_unspecified))
    if public:
        assert not any((real.is_private, real.is_loopback, real.is_reserved))
    target = target_of(found, 443)
    scheme, _, rest = target.partition(":")
    host, _, port = rest.rpartition(":")
    assert (scheme, port) == (f"ipv{found.version}", "443")
    assert ipaddress.ip_address(host.strip("[]")) == found
    return f"ipv{found.version} {public} {anywhere}"


_TEXTS: Final = (
    "",
    "las.noord.example",
    "LAS.Noord.Example",
    "las.noord.example:0",
    "las.noord.example:65535",
    "las.noord.example:65536",
    "las.noord.example:08443",
    "las.noord.example/oso?leerling=1",
    "las.noord.example#deel",
    "las.noord.example\\@zuid.example",
    "las.noord.example?@zuid.example",
    "naam:wachtwoord@las.noord.example",
    "las.noord.example.",
    "-las.example",
    "a" * 64 + ".example",
    "a." * 130 + "example",
    "127.0.0.1",
    "127.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "1:2:3:4:5:6:7:8:9",
    "\u2488.example",
    "l\u0430s.example",
    "las\u3002example",
    "xn--80ak6aa92e.example",
    "las noord.example",
    "las\n.example",
    "las\0.example",
)
_ADDRESSES: Final = (
    "0.0.0.0",  # noqa: S104 - nothing binds to it
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "8.8.8.8",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "2606:4700::1",
    "::ffff:0:169.254.169.254",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


def _url_seeds() -> Iterable[bytes]:
    for form in range(2 * len(_AROUND)):
        yield from (bytes([form]) + text.encode() for text in _TEXTS)
    yield b"\0https://las.noord.example"
    yield b"\0http://las.noord.example"
    yield b"\1HTTPS://las.noord.example/a"


def _address_seeds() -> Iterable[bytes]:
    yield from (ipaddress.ip_address(each).packed for each in _ADDRESSES)


TARGETS: Final = (
    Target(name="url", check=_check_url, seeds=_url_seeds, max_bytes=512),
    Target(name="address", check=_check_address, seeds=_address_seeds, max_bytes=16),
)
