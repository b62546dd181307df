"""What `--dry-run` prints."""

import json

import pytest

from wissel.clients.cli.impact import show_outcome
from wissel.clients.cli.session import Session
from wissel.impact.v1 import impact_pb2 as pb
from wissel.mandate.v1 import mandate_service_pb2 as mandate

ANSWER = mandate.EndMandateResponse(
    mandate=mandate.Mandate(mandate_id="one"),
    revision=7,
    impact=pb.Impact(
        registry_revision=7,
        from_date="2026-11-29",
        routes=pb.ImpactCounts(lost=2, gained=1),
        by_vendor=pb.ImpactGroups(
            groups=[pb.ImpactGroup(key="1", name="Noord", routes=pb.ImpactCounts(lost=2))], count=4
        ),
        examples=[
            pb.ImpactExample(change="LOST", subject="ROUTE", brin="99XA", vestiging="99XA02")
        ],
    ),
)


def test_it_is_printed_after_what_would_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(Session(), ANSWER, "mandate", [("ID", "mandate_id")])

    printed = capsys.readouterr()
    lines = [line.split() for line in printed.out.splitlines()]
    assert ["ID", "one"] == lines[0]
    assert ["all", "2", "0", "1", "0", "0"] in lines
    assert ["vendor", "1", "Noord", "2", "0", "0", "0", "0"] in lines
    assert ["vendor", "3", "more"] in lines
    assert ["LOST", "ROUTE", "99XA02"] == lines[-1][:3]
    assert "Nothing was changed." in printed.err
    assert "From 2026-11-29 on, against revision 7:" in printed.err


def test_programs_get_the_whole_answer(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(Session(json=True), ANSWER, "mandate", [])

    printed = json.loads(capsys.readouterr().out)
    assert {"mandate", "revision", "impact"} == printed.keys()
    assert 2 == printed["impact"]["routes"]["lost"]


def test_what_was_changed_is_printed_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    done = mandate.EndMandateResponse(mandate=mandate.Mandate(mandate_id="one"))

    show_outcome(Session(json=True), done, "mandate", [])

    assert "one" == json.loads(capsys.readouterr().out)["mandate_id"]
