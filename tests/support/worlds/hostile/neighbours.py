"""Several senders and two receivers on one hub, of which one may be as bad as it can.

    async with neighbours(tmp_path, limits) as world:
        world.bad.behave = silent
        await world.send(1, world.to_good())

Senders are numbered vendors, each with a school of its own. Zuid, the receiver of
`support.worlds.forwarding`, is the bad one; Noord is the good one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.builders.envelopes import PAYLOAD
from support.fakes.las import FakeLas
from support.worlds import small_world
from support.worlds.forwarding import Envelope, World, evergreen, forwarding
from wissel.routing.exchange.envelope import Address
from wissel.routing.facts import AgreementKind, Fact, Party, Role, System
from wissel.routing.values.identifiers import Brin, Oin, SystemId, Vestiging
from wissel.server.courier.bounds import Limits
from wissel.traffic.v1 import traffic_service_pb2 as pb

SENDERS: Final = (1, 2, 3, 4, 5)
_GOOD: Final = Address(organisation=small_world.XB, vestiging=Vestiging("99XB00"))
_BAD: Final = Address(organisation=small_world.XC)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The world of forwarding, with more senders and a receiver that stays good."""

    world: World
    good: FakeLas

    @property
    def bad(self) -> FakeLas:
        """The receiver that a test makes bad."""
        return self.world.las

    def to_good(self, sender: int, payload: bytes = PAYLOAD) -> Envelope:
        """Return a message of a sender to the good receiver."""
        return self._message(sender, _GOOD, payload)

    def to_bad(self, sender: int, payload: bytes = PAYLOAD) -> Envelope:
        """Return a message of a sender to the bad one."""
        return self._message(sender, _BAD, payload)

    async def send(
        self, sender: int, message: Envelope, seconds: float = 60
    ) -> pb.ForwardEnvelopeResponse:
        """Send a message as a numbered sender."""
        return await self.world.send(message, _name(sender), seconds)

    def _message(self, sender: int, receiver: Address, payload: bytes) -> Envelope:
        return self.world.message(
            payload,
            signer=self.world.signer(_name(sender)),
            sender_oin=_oin(sender),
            sender=Address(organisation=_brin(sender)),
            receiver=receiver,
        )


@asynccontextmanager
async def neighbours(folder: Path, limits: Limits, **more: Any) -> AsyncIterator[Neighbours]:
    """Start them all; `more` are further `CourierDependencies`."""
    async with forwarding(folder, limits, **more) as world:
        good = await FakeLas.start(world.hub.identity("noord"))
        try:
            for sender in SENDERS:
                world.hub.issue(_name(sender), oin=_oin(sender))
                await world.hub.put(*evergreen(_sender(sender)))
            place = small_world.endpoint(
                small_world.B_NOORD, 1, vestiging="00", aanleverpunt="0", url=good.url
            )
            await world.hub.put(place)
            yield Neighbours(world, good)
        finally:
            await good.stop()
            await world.las.stop()  # what waits for it ends


def _sender(number: int) -> list[Fact]:
    oin, system = _oin(number), SystemId(f"las-sender-{number}")
    return [
        Party(oin=oin, name=f"Sender {number}", role=Role.VENDOR),
        System(system_id=system, party=oin, name=f"LAS {number}"),
        small_world.agreement(oin, AgreementKind.VENDOR_OSR),
        small_world.agreement(oin, AgreementKind.VENDOR_OSO),
        small_world.qualification(system, small_world.OSO_OV),
        small_world.school(_brin(number), small_world.BOARD_1),
        small_world.mandate(_brin(number), system),
    ]


def _name(number: int) -> str:
    return f"sender-{number}"


def _oin(number: int) -> Oin:
    return Oin(f"0000000399002{number:03d}0000")


def _brin(number: int) -> Brin:
    return Brin(f"{number:02d}YY")
