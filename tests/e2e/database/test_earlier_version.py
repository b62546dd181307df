"""`wissel-server migrate`, then `serve`, on the database of an earlier version."""

from pathlib import Path

from support.processes.hub_process import Place, serving
from support.processes.processes import run
from support.worlds.earlier.database import REVISION, earlier_database
from wissel.clients.blocking import Hub
from wissel.party.v1.party_service_pb2 import ListPartiesRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.traffic.v1.traffic_service_pb2 import ListDeliveriesRequest
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub


def test_a_database_of_an_earlier_version_is_served_once_it_is_migrated(tmp_path: Path) -> None:
    place = Place.make(tmp_path, migrated=False)
    (tmp_path / "data").mkdir()
    earlier_database(tmp_path / "data")

    code, said = run(["wissel-server", "migrate"], environ=place.environ, cwd=tmp_path)
    with serving(place) as hub, Hub(hub.address, hub.operator()) as calls:
        deliveries = calls.call(
            lambda channel: TrafficServiceStub(channel).ListDeliveries, ListDeliveriesRequest()
        )
        parties = calls.call(
            lambda channel: PartyServiceStub(channel).ListParties,
            ListPartiesRequest(role="VENDOR", at_least_revision=REVISION),
        )

    assert (0, "wissel-server: the database is up to date\n") == (code, said)
    assert [4, 3, 2, 1] == [int(each.message_id[-1]) for each in deliveries.deliveries]
    assert {"Noord", "Zuid"} <= {party.name for party in parties.parties}
