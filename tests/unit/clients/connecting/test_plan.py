"""What is to be done for mandates, as a function of what there is."""

from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.connecting.plan import (
    DeliveryPoint,
    missing,
    orphaned,
    points_of,
    wants_endpoints,
)
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb

URL = "https://las.example"
TODAY = "2026-09-01"
IDS = st.sampled_from(["one", "two"])
KEYS = st.sampled_from(["k1", "k2", "k3"])
ENDPOINTS = st.lists(
    st.builds(
        endpoint_pb.Endpoint,
        mandate_id=IDS,
        routing_key=KEYS,
        status=st.sampled_from(["PLANNED", "ACTIVE", "SUSPENDED", "ENDED"]),
        end_date=st.sampled_from(["", "2026-08-31", "2026-09-01", "2026-09-02"]),
    ),
    max_size=6,
)
MANDATES = st.lists(
    st.builds(mandate_pb.Mandate, mandate_id=IDS, ended_immediately=st.booleans()), max_size=3
)


@given(endpoints=ENDPOINTS, keys=st.lists(KEYS, unique=True))
def test_what_is_registered_is_what_lacked_and_nothing_lacks_after(
    endpoints: list[endpoint_pb.Endpoint], keys: list[str]
) -> None:
    mandate = mandate_pb.Mandate(mandate_id="one")
    points = [DeliveryPoint(routing_key=key) for key in keys]

    asked = missing(mandate, points, endpoints, URL)
    registered = [
        endpoint_pb.Endpoint(mandate_id="one", routing_key=each.routing_key, status="ACTIVE")
        for each in asked
    ]

    there = {each.routing_key for each in endpoints if _counts(each)}
    assert [key for key in keys if key not in there] == [each.routing_key for each in asked]
    assert [] == missing(mandate, points, [*endpoints, *registered], URL)


def _counts(endpoint: endpoint_pb.Endpoint) -> bool:
    return endpoint.mandate_id == "one" and endpoint.status != "ENDED"


@given(endpoints=ENDPOINTS, mandates=MANDATES)
def test_only_endpoints_of_mandates_that_ended_at_once_are_ended(
    endpoints: list[endpoint_pb.Endpoint], mandates: list[mandate_pb.Mandate]
) -> None:
    ended = orphaned(endpoints, mandates, TODAY)

    stopped = {each.mandate_id for each in mandates if each.ended_immediately}
    assert all(each.mandate_id in stopped for each in ended)
    assert all(each.end_date in ("", "2026-09-02") for each in ended)


def test_another_version_at_the_same_key_lacks() -> None:
    mandate = mandate_pb.Mandate(mandate_id="one")
    there = endpoint_pb.Endpoint(mandate_id="one", routing_key="k1", service_version="2026")

    def lacks(version: str) -> int:
        point = DeliveryPoint(routing_key="k1", service_version=version)
        return len(missing(mandate, [point], [there], URL))

    assert [0, 0, 1] == [lacks(""), lacks("2026"), lacks("2027")]


def test_keys_are_written_as_is_easiest() -> None:
    point = DeliveryPoint(routing_key="k1")

    assert (point,) == points_of("k1") == points_of(point) == points_of([point])
    assert () == points_of(None) == points_of([])


def test_what_waits_is_connected_and_what_was_rejected_is_not() -> None:
    def wants(status: str, processing: str = "NOT_REQUIRED") -> bool:
        return wants_endpoints(mandate_pb.Mandate(status=status, processing=processing))

    assert [True, True, True] == [wants("PLANNED"), wants("ACTIVE"), wants("ACTIVE", "AWAITING")]
    assert [False, False] == [wants("ENDED"), wants("ACTIVE", "REJECTED")]
