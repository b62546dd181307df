"""A look at who serves at an address, before anything is said to it.

grpc.aio shows its client no certificate of the server, so the hub shakes hands
once by itself (design.md#dialling).
"""

import asyncio
import ssl
from typing import Any

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import OwnTls
from wissel.server.courier.receivers.addresses import HostPort, IpAddress


class Prober:
    """Shakes hands; `handshake` is how many seconds that may take."""

    def __init__(self, handshake: float) -> None:
        self.handshake = handshake

    async def chain_at(self, place: HostPort, address: IpAddress, tls: OwnTls) -> list[bytes]:
        """Return the DER certificates that the server shows, leaf first.

        TLS has checked them against the trust roots and the host name. Raises
        `Refused` with RECEIVER_UNTRUSTED or RECEIVER_UNREACHABLE.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.handshake):
                transport, _ = await loop.create_connection(
                    asyncio.Protocol,
                    str(address),
                    place.port,
                    ssl=tls.context,
                    server_hostname=place.host,
                )
        except ssl.SSLCertVerificationError as error:
            raise Refused(Reason.RECEIVER_UNTRUSTED, problem=error.verify_message) from error
        except (OSError, TimeoutError) as error:
            raise Refused(Reason.RECEIVER_UNREACHABLE, host=place.host) from error
        try:
            return _chain(transport.get_extra_info("ssl_object"))
        finally:
            transport.abort()


def _chain(tls: Any) -> list[bytes]:
    if hasattr(tls, "get_unverified_chain"):  # public from Python 3.13
        return list(tls.get_unverified_chain())
    certificates = tls._sslobj.get_unverified_chain() or ()  # noqa: SLF001 - the same, before that
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates]
