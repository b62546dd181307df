"""One sender, one receiver, one name and one stranger, all as bad as they can be.

`python -m bench.attack FOLDER TARGET` serves a receiver that takes all and answers
nobody, and a name server that never answers. While the file TARGET holds the
address of a hub, the sender sends to that receiver and to a receiver under such a
name, and the stranger opens connections with the worst of certificates. They do
so as fast as they can, and whatever the hub says. All others on the machine go
before them.
"""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import grpc
import uvloop

from bench.bare import channel
from bench.load import DOSSIER_BYTES, Sender, Way
from bench.method import Call
from bench.strangers import WORST, connecting
from wissel.clients.testing.cast import ZUID
from wissel.las.v1 import las_service_pb2, las_service_pb2_grpc

SENDING_SCHOOL: Final = 1
SILENT_SCHOOL: Final = 2
NAMED_SCHOOL: Final = 4
"""Whose endpoints are at the receiver that never answers, and under the name that does not."""

_SENDERS: Final = 16
_STRANGERS: Final = 4
_LONG: Final = 600.0
_LOOK_SECONDS: Final = 0.05
_NICE: Final = 10


class SilentReceiver(las_service_pb2_grpc.LasServiceServicer):
    """Takes all and never answers."""

    async def Deliver(
        self, request_iterator: AsyncIterator[las_service_pb2.DeliverRequest], context: object
    ) -> las_service_pb2.DeliverResponse:
        """Take the stream to its end, and wait."""
        async for _ in request_iterator:
            pass
        await asyncio.Event().wait()
        raise RuntimeError("never answers")


async def _again(call: Call) -> None:
    """Make a call again and again, whatever comes of it."""
    while True:
        with contextlib.suppress(grpc.aio.AioRpcError):
            await call()
        await asyncio.sleep(0)


def _calls(address: str, folder: Path, line: grpc.aio.Channel) -> Sequence[Call]:
    """Return what is done side by side."""
    silent, named = (
        Sender(
            line,
            folder,
            DOSSIER_BYTES,
            way=Way(ZUID, SENDING_SCHOOL, receiver),
            timeout=_LONG,
        ).call
        for receiver in (SILENT_SCHOOL, NAMED_SCHOOL)
    )
    stranger = connecting(address, folder, WORST)
    return [*[silent] * _SENDERS, *[named] * _SENDERS, *[stranger] * _STRANGERS]


async def _attack(address: str, folder: Path) -> None:
    async with channel(address, folder, ZUID.name, own=True) as line:
        await asyncio.gather(*map(_again, _calls(address, folder, line)))


async def main(folder: Path, target: Path) -> None:
    """Serve and attack until killed; print the two addresses first."""
    server = grpc.aio.server()
    silent = SilentReceiver()  # type: ignore[abstract] # it serves one method
    las_service_pb2_grpc.add_LasServiceServicer_to_server(silent, server)
    credentials = grpc.ssl_server_credentials(
        [((folder / "noord.key").read_bytes(), (folder / "noord.pem").read_bytes())],
        root_certificates=(folder / "root.pem").read_bytes(),
        require_client_auth=True,
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as names:
        names.bind(("127.0.0.1", 0))
        print(f"serving on 127.0.0.1:{port} 127.0.0.1:{names.getsockname()[1]}", flush=True)
        attacked, attack = "", asyncio.create_task(asyncio.sleep(0))
        while True:
            address = await asyncio.to_thread(target.read_text, "ascii")
            if address != attacked:
                attack.cancel()
                attacked = address
                if address:
                    attack = asyncio.create_task(_attack(address, folder))
            if attack.done() and not attack.cancelled():
                attack.result()
            await asyncio.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    os.nice(_NICE)  # first of all: threads have it from the one that begins them
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
