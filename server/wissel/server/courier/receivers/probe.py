"""Probing a server for its certificate, before anything is sent to it (design.md#dialling).

grpc.aio does not show its client the certificate of the server, so the hub makes
a TLS handshake of its own.
"""

import asyncio
import socket
import ssl
from typing import Any, Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import OwnTls
from wissel.server.courier.receivers.addresses import HostPort, IpAddress
from wissel.server.courier.receivers.causes import Cause

_NOT_YET_VALID: Final = 9  # X509_V_ERR_CERT_NOT_YET_VALID


class Prober:
    """Makes TLS handshakes; `handshake` is how many seconds one may take."""

    def __init__(self, handshake: float) -> None:
        self.handshake = handshake

    async def chain_at(self, host_port: HostPort, address: IpAddress, tls: OwnTls) -> list[bytes]:
        """Return the DER certificates that the server shows, leaf first.

        TLS has checked them against the trust roots and the host name. Raises
        `Refused` with RECEIVER_UNTRUSTED or RECEIVER_UNREACHABLE. `tls` is the
        hub's identity.
        """
        loop = asyncio.get_running_loop()
        step = Cause.TCP
        try:
            async with asyncio.timeout(self.handshake):
                connected = await _connected(address, host_port.port)
                step = Cause.TLS
                try:
                    transport, _ = await loop.create_connection(
                        asyncio.Protocol,
                        sock=connected,
                        ssl=tls.context,
                        server_hostname=host_port.host,
                    )
                except BaseException:
                    connected.close()
                    raise
        except ssl.SSLCertVerificationError as error:
            cause = Cause.CLOCK if error.verify_code == _NOT_YET_VALID else Cause.CHAIN
            raise Refused(
                Reason.RECEIVER_UNTRUSTED, problem=error.verify_message, cause=cause
            ) from error
        except (OSError, TimeoutError) as error:
            raise Refused(
                Reason.RECEIVER_UNREACHABLE,
                host=host_port.host,
                problem=_problem(step, error),
                cause=step,
            ) from error
        try:
            return _chain(transport.get_extra_info("ssl_object"))
        finally:
            transport.abort()


async def _connected(address: IpAddress, port: int) -> socket.socket:
    """Return a socket that is connected; raises OSError."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - of IP
    connecting = socket.socket(family, socket.SOCK_STREAM)
    connecting.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connecting, (str(address), port))
    except BaseException:
        connecting.close()
        raise
    return connecting


def _problem(step: Cause, error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no connection in time" if step is Cause.TCP else "no TLS handshake in time"
    if step is Cause.TLS:
        return "the TLS handshake failed"
    return "it takes no connections"


def _chain(tls: Any) -> list[bytes]:
    if hasattr(tls, "get_unverified_chain"):  # public from Python 3.13
        return list(tls.get_unverified_chain())
    certificates = tls._sslobj.get_unverified_chain() or ()  # noqa: SLF001 - before Python 3.13
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates]
