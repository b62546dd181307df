"""A hub and a peer LAS for a vendor's own tests.

    with running_hub() as hub, running_peer(hub) as peer:
        me = hub.vendor("mylas", oin="00000003990000770000")
        peer.connect("99XB02")
        with running_las(hub, me, MyLas()) as url:
            hub.connect(me, "99XA", url=url)
            receipt = hub.open(me).send(
                example_dossier(), sender="99XA", receiver="99XB02", service="OSO_OV"
            )
            assert peer.received(receipt.message_id).exists()

The hub is the installed `wissel-server`, as a process, with its own certificates
and database in a folder that goes away; it needs the extras `server` and `cli`,
and says so where they are absent. With pytest, put them in fixtures, as
`docs/vendors.md` does. A portal's author has `running_issuer` beside it, with tokens
of persons; that needs the extra `testing`.
"""

from wissel.clients.testing.hub import Portal, TestingHub, Vendor, running_hub
from wissel.clients.testing.issuer import DevelopmentIssuer, running_issuer
from wissel.clients.testing.las import example_dossier, running_las
from wissel.clients.testing.peer import PeerLas, running_peer

__all__ = [
    "DevelopmentIssuer",
    "PeerLas",
    "Portal",
    "TestingHub",
    "Vendor",
    "example_dossier",
    "running_hub",
    "running_issuer",
    "running_las",
    "running_peer",
]
