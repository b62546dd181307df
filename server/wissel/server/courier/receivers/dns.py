"""Names looked up with c-ares: in the hosts file, then at the name servers of the machine."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

import aiodns
import pycares

from wissel.server.courier.receivers.addresses import IpAddress
from wissel.server.courier.receivers.names import Found, LookupFailed

TRY_SECONDS: Final = 1.5
"""How long a name server has to answer, the first time that it is asked."""
_TRIES: Final = 2
_RENEWED: Final = 1024
"""After so many look-ups c-ares begins anew: its own memory of answers has no bound."""

_PROBLEMS: Final = {
    aiodns.error.ARES_ENOTFOUND: "there is no such name",
    aiodns.error.ARES_ENODATA: "the name has no address",
    aiodns.error.ARES_EBADNAME: "it is not a name",
    aiodns.error.ARES_ETIMEOUT: "its name servers do not answer",
    aiodns.error.ARES_ECONNREFUSED: "its name servers do not answer",
}
_UNUSABLE: Final = "its name servers give no usable answer"


class DnsResolver:
    """Asks the name servers of the machine, or those of `servers` (`host` or `host:port`)."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        self._servers = servers
        self._channel: _Channel | None = None
        self._retired: set[asyncio.Task[None]] = set()

    async def __call__(self, host: str) -> Found:
        """Return the addresses of a name, in the order of RFC 6724; raises `LookupFailed`."""
        try:
            found = await self._current().ask(host)
        except aiodns.error.DNSError as error:
            code = error.args[0] if error.args else None
            raise LookupFailed(_PROBLEMS.get(code, _UNUSABLE)) from None
        addresses = dict.fromkeys(_address(node) for node in found.nodes)
        if not addresses:
            raise LookupFailed(_PROBLEMS[aiodns.error.ARES_ENODATA])
        return Found(tuple(addresses), float(min(node.ttl for node in found.nodes)))

    async def close(self) -> None:
        """End what is under way, and c-ares with its threads."""
        if self._channel is not None:
            await self._channel.close()
        for task in self._retired:
            task.cancel()
        if self._retired:
            await asyncio.wait(self._retired)

    def _current(self) -> "_Channel":
        channel = self._channel
        if channel is None or channel.asked >= _RENEWED:
            self._channel = _Channel(self._servers)
            if channel is not None:
                task = asyncio.create_task(channel.retire(), name="retire a resolver")
                self._retired.add(task)
                task.add_done_callback(self._retired.discard)
            return self._channel
        return channel


class _Channel:
    """One channel of c-ares; `asked` is how many names were looked up with it."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._resolver = aiodns.DNSResolver(
            nameservers=servers or None, timeout=TRY_SECONDS, tries=_TRIES
        )
        self._under_way: set[asyncio.Future[pycares.AddrInfoResult]] = set()
        self.asked = 0

    async def ask(self, host: str) -> pycares.AddrInfoResult:
        self.asked += 1
        answer = self._resolver.getaddrinfo(host, type=socket.SOCK_STREAM)
        self._under_way.add(answer)
        answer.add_done_callback(self._ended)
        return await asyncio.shield(answer)

    def _ended(self, answer: asyncio.Future[pycares.AddrInfoResult]) -> None:
        self._under_way.discard(answer)
        if not answer.cancelled():
            answer.exception()  # whoever asked may have gone: then nobody else takes it

    async def retire(self) -> None:
        """Close it once nothing is under way any more."""
        try:
            while self._under_way:
                await asyncio.wait(self._under_way)
        finally:
            await self.close()

    async def close(self) -> None:
        # A thread of c-ares must not call back into a process that is ending.
        self._resolver.cancel()
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._resolver.close()


def _address(node: pycares.AddrInfoNode) -> IpAddress:
    return ipaddress.ip_address(node.addr[0].decode())
