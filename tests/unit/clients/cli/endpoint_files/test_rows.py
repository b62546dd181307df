"""Endpoints in a file: what is written is read back; a line that cannot be read is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.cli.endpoint_files.rows import read_endpoints, table_of
from wissel.clients.cli.tables.csv_files import csv_bytes
from wissel.clients.errors import FileUnusable
from wissel.endpoint.v1 import endpoint_service_pb2 as pb

HEADER = "BRIN;SERVICE;SYSTEM;ROUTING KEY;URL"
LINE = "99XA;OSO_OV;las-noord;0000000700099XA00001;https://a.example"
URL = "https://las.noord.example"
MANDATE = "efaf84be-cfb4-4b7e-afca-8f8abb734f11"


def read(path: Path, text: str | bytes, url: str = "") -> list[tuple[int, pb.NewEndpoint]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_endpoints(path, url)


def contracts() -> st.SearchStrategy[pb.DeliveryContract]:
    def contract(size: int, attempts: int, retry: int, persist: int) -> pb.DeliveryContract:
        made = pb.DeliveryContract(max_payload_bytes=size, max_attempts=attempts)
        made.retry_interval.FromSeconds(retry)
        if persist:
            made.persist_duration.FromSeconds(persist)
        return made

    usual = st.just(contract(0, 3, 60, 0))
    return usual | st.builds(
        contract, st.integers(0, 2**40), st.integers(1, 100), st.integers(1, 9), st.integers(0, 9)
    )


@st.composite
def endpoints(draw: st.DrawFn) -> pb.Endpoint:
    brin, number = draw(st.sampled_from(["99XA", "99XB"])), draw(st.integers(1, 99999))
    return pb.Endpoint(
        brin=brin,
        service=draw(st.sampled_from(["OSO_OV", "RIO"])),
        system_id="las-noord",
        service_version=draw(st.sampled_from(["urn:a", "http://x.example/2027", "=1+1"])),
        routing_key=f"00000007000{brin}{number:05}",
        url=draw(st.sampled_from([URL, "https://[::1]:8443", "-2+3"])),
        vestiging=draw(st.sampled_from(["", f"{brin}02"])),
        aanleverpunt=draw(st.sampled_from(["", "0", "2", "100"])),
        attribute=draw(st.sampled_from(["LAS", "OT"])),
        start_date=draw(st.sampled_from(["2026-08-01", "2027-08-01"])),
        end_date=draw(st.sampled_from(["", "2027-07-31"])),
        delivery_contract=draw(contracts()),
    )


@given(st.lists(endpoints(), max_size=4, unique_by=lambda each: each.routing_key))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, known: list[pb.Endpoint]
) -> None:
    path = tmp_path_factory.getbasetemp() / "endpoints.csv"
    names = [field.name for field in pb.NewEndpoint.DESCRIPTOR.fields]

    titles, rows = table_of(known)
    found = [endpoint for _, endpoint in read(path, csv_bytes(titles, rows))]

    unusual = len(titles) > 11
    assert len(known) == len(found)
    for there in known:
        (same,) = [each for each in found if each.routing_key == there.routing_key]
        for name in set(names) - {"mandate_id", "delivery_contract"}:
            assert getattr(there, name) == getattr(same, name)
        assert unusual == same.HasField("delivery_contract")
        if unusual:
            assert there.delivery_contract == same.delivery_contract


def test_a_row_names_its_mandate_or_by_whom_for_what_and_to_which_system(tmp_path: Path) -> None:
    text = f"mandaat;routeringskenmerk;adres\n{MANDATE.upper()};0000000700099XA00001;{URL}\n"

    ((line, endpoint),) = read(tmp_path / "file.csv", text)

    assert (2, MANDATE.upper(), URL) == (line, endpoint.mandate_id, endpoint.url)
    ((_, named),) = read(tmp_path / "file.csv", f"{HEADER}\n{LINE.replace('99XA;', 'PO9901;')}\n")
    assert ("PO9901", "OSO_OV", "las-noord") == (named.swv, named.service, named.system_id)


def test_a_row_without_an_address_gets_the_one_that_is_said(tmp_path: Path) -> None:
    other = LINE.replace("https://a.example", "").replace("00001", "00002")
    text = f"{HEADER}\n{LINE}\n{other}\n"

    urls = [endpoint.url for _, endpoint in read(tmp_path / "file.csv", text, URL)]

    assert ["https://a.example", URL] == urls


@pytest.mark.parametrize("day", ["2027-08-01", "1-8-2027", "01-08-2027"])
def test_days_are_read_as_a_dutch_spreadsheet_writes_them(day: str, tmp_path: Path) -> None:
    ((_, endpoint),) = read(tmp_path / "file.csv", f"{HEADER};INGANGSDATUM\n{LINE};{day}\n")

    assert "2027-08-01" == endpoint.start_date


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"99XA;": "99xa;"}, "line 2: '99xa' is no BRIN, such as 99XA"),
        ({"99XA;": ";"}, "line 2: MANDATE is empty, and so is one of BRIN, SERVICE and SYSTEM"),
        ({"las-noord": ""}, "line 2: MANDATE is empty"),
        ({"OSO_OV": "oso"}, "line 2: 'oso' is no SERVICE"),
        ({"las-noord": "LAS"}, "line 2: 'LAS' is no SYSTEM"),
        ({"0000000700099XA00001": ""}, "line 2: ROUTING KEY is empty"),
        ({"0000000700099XA00001": "7,0001E+18"}, "line 2: '7,0001E+18' is no ROUTING KEY"),
        ({"https://a.example": ""}, "line 2: URL is empty; fill it in, or say --url"),
        ({"99XA;OSO": "111222333;OSO"}, "line 2: '(not shown)' is no BRIN"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(
    changes: dict[str, str], problem: str, tmp_path: Path
) -> None:
    line = LINE
    for old, new in changes.items():
        line = line.replace(old, new, 1)

    with pytest.raises(FileUnusable) as refused:
        read(tmp_path / "file.csv", f"{HEADER}\n{line}\n")

    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("MANDATE", "1", "MANDATE is no UUID"),
        ("AANLEVERPUNT", "007", "'007' is no AANLEVERPUNT, such as 2"),
        ("ATTRIBUTE", "las", "ATTRIBUTE is none of LAS, SWV, OT, LDOS"),
        ("START", "31-2-2027", "START is no day, such as 2027-08-01"),
        ("END", "tomorrow", "END is no day"),
        ("SERVICE VERSION", "urn: a", "is no SERVICE VERSION"),
        ("MAX PAYLOAD BYTES", "-1", "MAX PAYLOAD BYTES is no number"),
        ("RETRY SECONDS", "9" * 30, "RETRY SECONDS is no number"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(
    column: str, cell: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(FileUnusable) as refused:
        read(tmp_path / "file.csv", f"{HEADER};{column}\n{LINE};{cell}\n")

    assert f"line 2: {problem}" in str(refused.value) or problem in str(refused.value)


def test_the_same_endpoint_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="line 3: it says the endpoint of line 2 once more"):
        read(tmp_path / "file.csv", f"{HEADER}\n{LINE}\n{LINE}\n")


def test_all_broken_lines_are_named_at_once(tmp_path: Path) -> None:
    broken: Any = "\n".join(LINE.replace("99XA;", f"{number};") for number in range(3))

    with pytest.raises(FileUnusable) as refused:
        read(tmp_path / "file.csv", f"{HEADER}\n{broken}\n")

    assert 3 == len(refused.value.problems)
