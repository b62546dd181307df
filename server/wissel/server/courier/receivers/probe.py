"""Probing a server for its certificate, before anything is sent to it (design.md#dialling).

grpc.aio does not show its client the certificate of the server, so the hub makes
a TLS handshake of its own.
"""

import asyncio
import ssl
from typing import Any

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import OwnTls
from wissel.server.courier.receivers.addresses import HostPort, IpAddress


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
        try:
            async with asyncio.timeout(self.handshake):
                transport, _ = await loop.create_connection(
                    asyncio.Protocol,
                    str(address),
                    host_port.port,
                    ssl=tls.context,
                    server_hostname=host_port.host,
                )
        except ssl.SSLCertVerificationError as error:
            raise Refused(Reason.RECEIVER_UNTRUSTED, problem=error.verify_message) from error
        except (OSError, TimeoutError) as error:
            raise Refused(Reason.RECEIVER_UNREACHABLE, host=host_port.host) from error
        try:
            return _chain(transport.get_extra_info("ssl_object"))
        finally:
            transport.abort()


def _chain(tls: Any) -> list[bytes]:
    if hasattr(tls, "get_unverified_chain"):  # public from Python 3.13
        return list(tls.get_unverified_chain())
    certificates = tls._sslobj.get_unverified_chain() or ()  # noqa: SLF001 - before Python 3.13
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates]
