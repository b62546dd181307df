"""What `wissel las serve` keeps of notifications."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from wissel.clients.cli.session import Session
from wissel.clients.cli.traffic.las import FileLas
from wissel.clients.las.message import Notification
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, Swv

TOLD = Notification(
    notification_id=UUID(int=1),
    source_oin=Oin("00000003990000770000"),
    source=Address(organisation=Brin("99XA"), routing_key=RoutingKey("0000000700099XA00931")),
    requester=Address(organisation=Swv("PO9901"), routing_key=RoutingKey("00000003990000050001")),
    kind=Kind.SWV,
    link_key=UUID(int=2),
    session_id=None,
)


def test_no_source_takes_the_place_of_what_another_one_told(tmp_path: Path) -> None:
    las = FileLas(tmp_path, frozenset(), Session(json=True))
    other = replace(TOLD, source_oin=Oin("00000003990000780000"), link_key=UUID(int=3))

    for told in (TOLD, TOLD, other, other):
        las.notified(told)

    kept = [json.loads(path.read_text()) for path in (tmp_path / "notifications").iterdir()]
    assert {each["source_oin"]: each["link_key"] for each in kept} == {
        TOLD.source_oin: str(UUID(int=2)),
        other.source_oin: str(UUID(int=3)),
    }
    assert len(kept) == 2
