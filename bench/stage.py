"""What each stage of the benchmark works with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.bare import channel
from bench.fetching import Requester
from bench.load import DOSSIER_BYTES, Sender, resolving
from bench.method import Comparison, Subject, compare
from bench.world import PER_SCHOOL
from wissel.clients.processes import Service

NOWHERE: Final = "https://127.0.0.1:1"
"""Where nobody is: the address of endpoints to which nothing is sent."""
_RESOLVERS: Final = 16
_SENDERS: Final = 8
_REQUESTERS: Final = 16
"""As many as one party may have under way (design.md#bounds)."""
_LARGE_SENDERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The folder of a stage, the certificates, and how many rounds of how many seconds to run."""

    folder: Path
    certificates: Path
    rounds: int
    seconds: float

    def at(self, name: str) -> Path:
        """Return a new folder."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def resolver(self, service: Service, mandates: int) -> Subject:
        """Return a server that resolves, with its load; call this in a running event loop."""
        line = channel(service.address, self.certificates, "duo")
        call = resolving(line, mandates // PER_SCHOOL)
        return Subject(call=call, pids=[service.pid], concurrency=_RESOLVERS)

    def forwarder(self, service: Service, size: int) -> Subject:
        """Return a server that forwards dossiers of `size` bytes, likewise."""
        line = channel(service.address, self.certificates, "noord")
        call = Sender(line, self.certificates, size).call
        count = _SENDERS if size == DOSSIER_BYTES else _LARGE_SENDERS
        return Subject(call=call, pids=[service.pid], concurrency=count)

    def fetcher(self, service: Service, sessions: Iterator[str]) -> Subject:
        """Return a server of which dossiers of 175 kB are fetched in `sessions`, likewise."""
        line = channel(service.address, self.certificates, "zuid")
        call = Requester(line, self.certificates, DOSSIER_BYTES, sessions).call
        return Subject(call=call, pids=[service.pid], concurrency=_REQUESTERS)

    async def compared(self, ours: Subject, bare: Subject) -> Comparison:
        """Compare two servers under load."""
        return await compare(ours, bare, rounds=self.rounds, seconds=self.seconds)
