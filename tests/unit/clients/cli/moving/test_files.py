"""The files of a move: whatever spreadsheets write is read, and what is written is read again."""

from pathlib import Path

import pytest

from wissel.clients.cli.moving.files import (
    read_agreements,
    read_export,
    write_proposals,
    write_report,
)
from wissel.clients.errors import FileUnusable
from wissel.move.v1 import move_service_pb2 as pb

NOORD, ZUID = "00000003990000030000", "00000003990000040000"
MOVED = pb.MovedAanleverpunt(
    line=2,
    organisation="99XA",
    aanleverpunt="2",
    outcome="GIVEN",
    system_id="las-noord",
    party_oin=NOORD,
    board_number="99001",
    services=["OSO_OV", "OSO_SWV"],
    routing_key="0000000700099XA00001",
    vestiging="99XA02",
    attribute="LAS",
)


def changed(**fields: object) -> pb.MovedAanleverpunt:
    other = pb.MovedAanleverpunt()
    other.CopyFrom(MOVED)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


@pytest.mark.parametrize(
    "text",
    [
        "BRIN;Aanleverpunt;Systeem;Status;Soort\r\n99XA;2;Noord LAS é;actief;LAS\r\n",
        'Status,Kind,"BRIN nummer",Nummer,Administratiesysteem\nactief,LAS,99XA,2,Noord LAS é\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_export_is_read_whatever_wrote_it(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(text.encode(encoding))

    assert [
        pb.MijnOsoAanleverpunt(
            line=2,
            organisation="99XA",
            aanleverpunt="2",
            system="Noord LAS é",
            status="actief",
            kind="LAS",
        )
    ] == read_export(file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("BRIN;AANLEVERPUNT;SYSTEEM;STATUS\n", "lacks KIND"),
        ("BRIN;AANLEVERPUNT;SYSTEEM;STATUS;SOORT\n99XA;2\n", "line 2: 2 columns instead of 5"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text)

    with pytest.raises(FileUnusable, match=problem):
        read_export(file)


@pytest.mark.parametrize("day", ["2020-05-01", "1-5-2020", "01-05-2020"])
def test_agreements_are_read_with_days_as_people_write_them(tmp_path: Path, day: str) -> None:
    file = tmp_path / "signed.csv"
    file.write_text(f"Bestuursnummer;Overeenkomst;Ingangsdatum;Datum\n99001;OSO;;{day}\n")

    assert [
        pb.MijnOsoAgreement(line=2, signatory="99001", kind="OSO", signed_date="2020-05-01")
    ] == read_agreements(file)


def test_a_list_of_boards_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "signed.csv"
    file.write_text("BOARD\n99001\n")

    assert [pb.MijnOsoAgreement(line=2, signatory="99001")] == read_agreements(file)


def test_a_report_has_a_line_for_each_line(tmp_path: Path) -> None:
    signed = pb.MovedAgreement(
        line=2, signatory="99001", kind="OSO", outcome="RECORDED", counts_for_osr=True
    )
    answer = pb.ImportMijnOsoResponse(agreements=[signed], aanleverpunten=[MOVED])

    write_report(tmp_path / "report.csv", answer)

    titles, first, second = (tmp_path / "report.csv").read_text("utf-8-sig").splitlines()
    assert len(titles.split(";")) == len(first.split(";")) == len(second.split(";"))
    assert "agreements;2;99001;;OSO;RECORDED;counts for KENNISNET_OSR too" in first
    assert "aanleverpunten;2;99XA;2;LAS;GIVEN;;99001;las-noord;OSO_OV, OSO_SWV" in second


def test_each_vendor_gets_a_file_of_what_it_has_not_registered(tmp_path: Path) -> None:
    answer = pb.ImportMijnOsoResponse(
        aanleverpunten=[
            MOVED,
            changed(line=3),
            changed(has_endpoint=True, organisation="99XB"),
            changed(routing_key="", organisation="99XC"),
            changed(party_oin=ZUID, organisation="PO9901", aanleverpunt="0", vestiging="", line=6),
        ]
    )

    written = write_proposals(tmp_path / "vendors", answer)

    assert {f"endpoints-{NOORD}.csv": 2, f"endpoints-{ZUID}.csv": 2} == {
        path.name: count for path, count in written.items()
    }
    noord = (tmp_path / "vendors" / f"endpoints-{NOORD}.csv").read_text("utf-8-sig").splitlines()
    assert "99XA;OSO_OV;las-noord;;0000000700099XA00001;;99XA02;2;LAS;;" == noord[1]
