"""The made-up parties that the demo, the helpers for tests, the tests and the benchmark share.

`wissel-server dev` issues certificates of the same names and OINs.
"""

from dataclasses import dataclass
from typing import Final

from wissel.routing.values.identifiers import Oin, Swv, SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A party: the name of its certificate, its OIN, its display name and its role.

    The role is one of `wissel.routing.facts.Role`, empty for the hub itself.
    """

    name: str
    oin: Oin
    title: str
    role: str

    @property
    def system_id(self) -> SystemId:
        """The one system of a vendor, such as `las-noord`."""
        return SystemId(f"las-{self.name}")


HUB: Final = Player(name="hub", oin=Oin("00000003990000000000"), title="Wissel", role="")
OPERATOR: Final = Player(
    name="operator", oin=Oin("00000003990000010000"), title="Service desk", role="OPERATOR"
)
DUO: Final = Player(name="duo", oin=Oin("00000001800866472000"), title="DUO", role="CHAIN_PARTNER")
"""With the OIN that DUO really has, as the services that ship are its own by that."""
NOORD: Final = Player(
    name="noord", oin=Oin("00000003990000030000"), title="LAS Noord", role="VENDOR"
)
ZUID: Final = Player(name="zuid", oin=Oin("00000003990000040000"), title="LAS Zuid", role="VENDOR")
PORTAL: Final = Player(
    name="portal", oin=Oin("00000003990000060000"), title="Board portal", role="PORTAL"
)
PEER: Final = Player(name="peer", oin=Oin("00000003990000990000"), title="peer", role="VENDOR")
"""The vendor of `wissel.clients.testing.running_peer`."""
TEST_LAS: Final = Player(
    name="test-las", oin=Oin("00000003990000070000"), title="Test-LAS", role="VENDOR"
)
"""The vendor of the test school; a hub that runs for trying out records it by itself."""
PLAYERS: Final = (HUB, OPERATOR, DUO, NOORD, ZUID, PORTAL)
"""Those of the demo."""

SWV: Final = Swv("PO9901")
SWV_OIN: Final = Oin("00000003990000050000")
