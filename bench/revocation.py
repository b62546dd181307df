"""How soon every worker refuses a revoked certificate, under load."""

import asyncio
import datetime as dt
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import grpc
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from bench.bare import channel
from bench.hub import hub, seed
from bench.load import resolving
from bench.world import PER_SCHOOL
from wissel.clients.testing.cast import DUO
from wissel.party.v1.party_service_pb2 import RevokeCertificateRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.server.identity import pki

_MANDATES: Final = 1_000
_REVOCATIONS: Final = 9
_CALLERS: Final = 32


def revocation_ms(folder: Path, certificates: Path) -> float:
    """Return how many milliseconds after its answer a revoked certificate was last let in.

    That is the most of several revocations, with two workers and a caller on
    each of many connections; what was let in is dated when its answer came.
    """
    asyncio.run(seed(f"sqlite:///{folder / 'registry.db'}", _MANDATES, "https://127.0.0.1:1"))
    with hub(folder, certificates, folder / "hub.log", workers=2) as service:
        return max(
            asyncio.run(_revoked(service.address, certificates, f"revoked-{number}"))
            for number in range(_REVOCATIONS)
        )


async def _revoked(address: str, certificates: Path, name: str) -> float:
    pki.issue(certificates, name, oin=DUO.oin, now=dt.datetime.now(dt.UTC))
    callers = [RepeatedResolve(address, certificates, name) for _ in range(_CALLERS)]
    calling = [asyncio.create_task(caller.call_until_refused()) for caller in callers]
    await asyncio.gather(*(caller.began.wait() for caller in callers))
    leaf = load_pem_x509_certificate((certificates / f"{name}.pem").read_bytes())
    async with channel(address, certificates, "operator") as desk:
        await PartyServiceStub(desk).RevokeCertificate(
            RevokeCertificateRequest(
                certificate_sha256=leaf.fingerprint(SHA256()).hex(), reason="benchmark"
            ),
            metadata=(("wissel-user", "benchmark"),),
        )
    answered = time.monotonic()
    await asyncio.gather(*calling)
    return max(*(caller.let_in - answered for caller in callers), 0.0) * 1e3


class RepeatedResolve:
    """Resolves a route again and again on one connection, until it is refused."""

    def __init__(self, address: str, certificates: Path, name: str) -> None:
        self._line = channel(address, certificates, name, own=True)
        self.began = asyncio.Event()
        self.let_in = 0.0

    async def call_until_refused(self) -> None:
        """Call until a call fails; `let_in` is the time of the last answer (`time.monotonic`)."""
        resolve = resolving(self._line, _MANDATES // PER_SCHOOL)
        with suppress(grpc.aio.AioRpcError):
            while True:
                await resolve()
                self.let_in = time.monotonic()
                self.began.set()
        await self._line.close()
