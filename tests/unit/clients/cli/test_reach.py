"""How the command says whether a receiver answers."""

import pytest

from wissel.clients.cli.output import reach
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1.reachability_pb2 import Reachability


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Reachability(), ""),
        (Reachability(state="ANSWERS"), "ANSWERS"),
        (Reachability(state="SILENT", cause="TLS"), "SILENT 0 days: TLS"),
        (
            Reachability(state="SILENT", silent_days=1, cause="DNS", detail="no such name"),
            "SILENT 1 day: DNS (no such name)",
        ),
        (Reachability(state="UNREACHABLE", silent_days=8, cause="TCP"), "UNREACHABLE 8 days: TCP"),
    ],
)
def test_it_says_since_when_and_why(known: Reachability, said: str) -> None:
    assert said == reach(pb.Endpoint(reachability=known))
