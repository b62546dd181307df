"""Checks each step of the connection with the hub, and says how to fix the first that fails.

Without it, a refused handshake shows only as "Socket closed" (design.md#running).
"""

import asyncio
import datetime as dt
import os
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import grpc
from cryptography import x509

from wissel.clients.addressing import host_and_port
from wissel.clients.errors import IdentityError, Unreachable, WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity, Material
from wissel.clients.transport.connection import NO_PROXY, credentials
from wissel.clients.transport.retry import IMPATIENT
from wissel.clients.transport.status_errors import from_rule, translate
from wissel.las.v1 import las_service_pb2
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.party.v1 import party_service_pb2
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import chain_from_pem, oin_of

_SECONDS: Final = 10.0
_SKEW: Final = dt.timedelta(minutes=5)
_HTTPS: Final = 443
_PROXIES: Final = ("grpc_proxy", "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one step: whether it is right, what was found, and the fix if it is not.

    `unreachable` is True if the hub could not be reached.
    """

    name: str
    ok: bool
    detail: str
    fix: str = ""
    unreachable: bool = False


class _Stop(Exception):
    """A step failed, and no later one can succeed."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.name)
        self.check = check


async def examine(
    server: str, *, certificate: str, key: str, roots: str, hub_oin: str = ""
) -> list[Check]:
    """Check the connection with `server` (`host:port`), as a client with these PEM files.

    The checks come in order: own files, own chain, DNS, TCP, TLS, registration,
    clock, endpoints. They end early at one without which the later ones cannot
    succeed. With `hub_oin`, the hub must have that OIN. Failures are in the
    checks and not raised.
    """
    checks: list[Check] = []
    try:
        async for check in _walk(server, (certificate, key, roots), hub_oin):
            checks.append(check)  # noqa: PERF401 - the checks before a _Stop are kept
    except _Stop as stop:
        checks.append(stop.check)
    return checks


async def _walk(server: str, files: tuple[str, str, str], hub_oin: str) -> AsyncIterator[Check]:
    identity = _own_files(files)
    yield Check(name="own files", ok=True, detail=f"OIN {identity.oin}")
    yield _own_chain(identity, files)
    host, port = _host_and_port(server)
    yield await _dns(host, port)
    yield await _tcp(host, port)
    yield await _tls(host, port, identity, files, hub_oin)
    async with AsyncHub(server, identity, patience=IMPATIENT) as hub:
        me = await _whoami(hub)
        yield _registered(me)
        yield _clock(me)
        if me.role == "VENDOR":
            for url in sorted({endpoint.url for endpoint in await hub.endpoints()}):
                yield await _endpoint(url, identity)


def _own_files(files: tuple[str, str, str]) -> Identity:
    try:
        return Identity.load(*files)
    except IdentityError as error:
        fix = "check --certificate, --key and --trust-roots"
        raise _Stop(Check(name="own files", ok=False, detail=str(error), fix=fix)) from None


def _own_chain(identity: Identity, files: tuple[str, str, str]) -> Check:
    """Check path, validity and EKU of our own certificate, as the hub will."""
    material, now = identity.current(), dt.datetime.now(dt.UTC)
    chain: tuple[bytes, ...] = ()
    try:
        chain = chain_from_pem(material.certificate_pem)
        path = material.paths.path(chain, Purpose.CLIENT, now)
    except RuleRefused as refused:
        said = from_rule(refused)
        detail = (
            f"{said.reason}: {said.text} Judged: {files[0]} (WISSEL_CERTIFICATE), up to the roots "
            f"in {files[2]} (WISSEL_TRUST_ROOTS)."
        )
        if said.reason == Reason.CERTIFICATE_UNTRUSTED:
            detail += f" {_last_known(chain, material)}"
        return Check(name="own chain", ok=False, detail=detail, fix=said.fix)
    return Check(
        name="own chain", ok=True, detail=f"for TLS clients, until {path.not_after:%Y-%m-%d}"
    )


def _last_known(chain: tuple[bytes, ...], material: Material) -> str:
    """Return which issuer is missing on the way from the certificate to a root."""
    above = [x509.load_der_x509_certificate(der) for der in chain[1:]]
    above += x509.load_pem_x509_certificates(material.roots_pem)
    current, seen = material.leaf, 0
    while current.issuer != current.subject and seen <= len(above):
        found = next((each for each in above if each.subject == current.issuer), None)
        if found is None:
            return f"In neither is the issuer {current.issuer.rfc4514_string()}."
        current, seen = found, seen + 1
    return (
        f"The path ends at {current.subject.rfc4514_string()}, which did not sign it as it stands."
    )


def _host_and_port(server: str) -> tuple[str, int]:
    try:
        return host_and_port(server)
    except WisselError as error:
        fix = "check --server or WISSEL_SERVER"
        raise _Stop(Check(name="server", ok=False, detail=str(error), fix=fix)) from None


async def _dns(host: str, port: int) -> Check:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # the latter for a name that is none
        fix = "check the name in --server, and the DNS of this machine"
        raise _Stop(_cut("DNS", f"{host}: {error}", fix)) from None
    addresses = ", ".join(sorted({str(each[4][0]) for each in found}))
    return Check(name="DNS", ok=True, detail=f"{host} is {addresses}")


async def _tcp(host: str, port: int) -> Check:
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # TimeoutError is one
        fix = f"check the port in --server and the firewall; is the hub up?{_unused_proxy()}"
        raise _Stop(_cut("TCP", f"{host}:{port}: {_words(error)}", fix)) from None
    writer.close()
    return Check(name="TCP", ok=True, detail=f"{host}:{port} answers")


async def _tls(
    host: str, port: int, identity: Identity, files: tuple[str, str, str], hub_oin: str
) -> Check:
    # Not `create_default_context`, which writes to the file of SSLKEYLOGFILE.
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        trusted.load_verify_locations(files[2])
        trusted.load_cert_chain(files[0], files[1])
    except OSError as error:  # ssl.SSLError is one
        fix = "check the files of WISSEL_CERTIFICATE, WISSEL_KEY and WISSEL_TRUST_ROOTS"
        raise _Stop(Check(name="TLS", ok=False, detail=str(error), fix=fix)) from None
    trusted.set_alpn_protocols(["h2"])
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=trusted)
    except ssl.SSLCertVerificationError as error:
        fix = "check --trust-roots, and that --server is the name in the hub's certificate"
        raise _Stop(_cut("TLS", error.verify_message, fix)) from None
    except OSError as error:  # TimeoutError is one
        fix = "the hub ended the handshake: does it trust the authority of your certificate?"
        raise _Stop(_cut("TLS", _words(error), fix)) from None
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return _hub_certificate(der, identity, hub_oin)


def _hub_certificate(der: bytes, identity: Identity, hub_oin: str) -> Check:
    try:
        found = oin_of(x509.load_der_x509_certificate(der))
    except RuleRefused as refused:
        said = from_rule(refused)
        fix = "this is no hub's certificate: check --server"
        return Check(name="TLS", ok=False, detail=str(said), fix=fix)
    if hub_oin and found != hub_oin:
        fix = "check --server and --hub-oin: is one for test and the other for production?"
        return Check(name="TLS", ok=False, detail=f"the hub there is {found}", fix=fix)
    return Check(name="TLS", ok=True, detail=f"the hub is {found}")


async def _whoami(hub: AsyncHub) -> party_service_pb2.WhoAmIResponse:
    try:
        return await hub.whoami()
    except Unreachable as error:
        fix = "the hub refused the connection after the handshake: see `own chain` above"
        raise _Stop(_cut("who am I", error.cause, fix)) from None
    except WisselError as error:
        detail, fix = getattr(error, "text", str(error)), getattr(error, "fix", "")
        raise _Stop(Check(name="who am I", ok=False, detail=detail, fix=fix)) from None


def _registered(me: party_service_pb2.WhoAmIResponse) -> Check:
    if not me.registered:
        fix = f"ask the operator of the hub to register OIN {me.oin}"
        return Check(name="registered", ok=False, detail=f"{me.oin} is not registered", fix=fix)
    facts = [me.name, me.role, *me.system_ids]
    if me.role == "VENDOR" and not me.system_ids:
        facts.append("no system yet")
    return Check(name="registered", ok=True, detail=", ".join(filter(None, facts)))


def _clock(me: party_service_pb2.WhoAmIResponse) -> Check:
    difference = dt.datetime.now(dt.UTC) - me.hub_time.ToDatetime(dt.UTC)
    detail = f"differs {abs(difference.total_seconds()):.1f} s from the hub's"
    fix = "" if abs(difference) <= _SKEW else "set the clock of this machine (NTP)"
    return Check(name="clock", ok=not fix, detail=detail, fix=fix)


async def _endpoint(address: str, identity: Identity) -> Check:
    """Ping the LAS at one address of our endpoints, which many schools may share."""
    name = f"endpoint {address}"
    url = urlsplit(address)
    target = f"{url.hostname}:{url.port or _HTTPS}"
    try:
        trusted = credentials(identity.current())
        async with grpc.aio.secure_channel(target, trusted, options=NO_PROXY) as channel:
            ping = LasServiceStub(channel).Ping
            answer = await ping(las_service_pb2.PingRequest(), timeout=_SECONDS)
    except grpc.aio.AioRpcError as error:
        fix = f"is your LAS up at {address}, with a certificate for that name?"
        return Check(name=name, ok=False, detail=str(translate(error, target)), fix=fix)
    return Check(name=name, ok=True, detail=f"{answer.software} answers as {answer.oin}")


def _cut(name: str, detail: str, fix: str) -> Check:
    return Check(name=name, ok=False, detail=detail, fix=fix, unreachable=True)


def _unused_proxy() -> str:
    """Return that a proxy is not used, with the variable that names one; empty for none."""
    found = [each for each in _PROXIES if os.environ.get(each)]
    return f" The proxy of {found[0]} is not used: the hub is dialled directly." if found else ""


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else "no answer"
