"""What fuzzing found, each with what becomes of it now."""

import dataclasses
import datetime as dt
import json
import tracemalloc
from collections.abc import Callable

import pytest
from cryptography.x509 import load_der_x509_certificate

from fuzz.issuing import EXTENSIONS, TIMES, certificate
from fuzz.shaping import joined, oid, piece, selector_of, sequence, tlv
from fuzz.targets import TARGETS
from fuzz.world import ROOT
from support.builders.duo_files import board_file, header, po_file, po_line
from support.builders.envelopes import NOW
from wissel.clients.testing.cast import NOORD
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.trusted_path import TrustedPath, validity_problem
from wissel.routing.values.csv_text import MAX_LINE_BYTES
from wissel.routing.values.days import day_of
from wissel.server.registry.schools.broken_lines import MAX_BROKEN_LINES
from wissel.server.registry.schools.duo.formats import Source
from wissel.server.registry.schools.duo.parsing import parse

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

MIB = 1024 * 1024
LAST_MOMENT = 253_402_300_799
NO_END, YEAR_0 = (bytes([TIMES.index(each)]) for each in TIMES[2:4])
TLS_FEATURE = bytes([EXTENSIONS.index("1.3.6.1.5.5.7.1.24"), 0])
CONTEXT, STAMP = pb.EnvelopeContext.DESCRIPTOR, pb.RouteStamp.DESCRIPTOR
SINCE, UNTIL = 1, 2


def moment(seconds: int) -> bytes:
    return seconds.to_bytes(8, "big")


def in_context(*changes: tuple[str, bytes]) -> bytes:
    named = ((selector_of(CONTEXT, *name.split(".")), value) for name, value in changes)
    return b"\1" + joined(named)


def in_stamp(name: str, value: bytes) -> bytes:
    return b"\1" + piece(selector_of(STAMP, *name.split(".")), value)


def in_reply(selector: int, value: bytes) -> bytes:
    return b"\4\0\1x\n" + piece(selector, value)


def in_entry(**changes: object) -> bytes:
    good = json.loads(next(iter(TARGETS["outbox"].seeds())))
    return json.dumps(good | changes).encode()


@pytest.mark.parametrize(
    ("target", "data", "outcome"),
    [
        pytest.param(
            "header",
            in_context(
                ("created_time.seconds", moment(LAST_MOMENT - 1)),
                ("expire_time.seconds", moment(LAST_MOMENT)),
            ),
            "FIELD_INVALID created_time",
            id="a lifetime at the end of time",
        ),
        pytest.param(
            "header",
            in_context(("initiator", b"leerling-111222333")),
            "FIELD_INVALID initiator",
            id="a person's number behind a word",
        ),
        pytest.param(
            "header",
            in_context(("initiator", b"a111222333-6f1c1f0e-7a1d")),
            "accepted",
            id="nine digits within a digest",
        ),
        pytest.param(
            "stamp",
            in_stamp("issued_time.seconds", b"") + piece(10, b"\x00\x5b"),
            "STAMP_INVALID",
            id="less than a microsecond after 1970",
        ),
        pytest.param(
            "peer",
            b"\3" + piece(0, certificate(piece(SINCE, YEAR_0))),
            "peer",
            id="a candidate from the year 0",
        ),
        pytest.param("issued", piece(SINCE, YEAR_0), "UNSUITABLE", id="from the year 0"),
        pytest.param("issued", piece(UNTIL, NO_END), "peer", id="until the end of time"),
        pytest.param("issued", piece(3, b"\0\x03\0x"), "UNSUITABLE", id="a bit string for an OIN"),
        pytest.param("issued", piece(3, b"\1\x0c\xff"), "UNSUITABLE", id="a name that is no text"),
        pytest.param(
            "issued",
            joined([(10, b"\1"), (7, TLS_FEATURE + b"\x30\x03\x02\x01\x01")]),
            "CERTIFICATE_UNSUITABLE",
            id="a TLS feature that nobody knows",
        ),
        pytest.param("peer", b"\4" + piece(11, b"\1"), "MISSING", id="a certificate of version 2"),
        pytest.param("issued", piece(11, b"\xff"), "UNSUITABLE", id="of an unknown version"),
        pytest.param("revocations", b"\2" + piece(10, b"\7"), "not a revocation list"),
        pytest.param(
            "revocations",
            b"\2" + joined([(7, b"\7\0\2\1\1")] * 2),
            "not a revocation list",
            id="an extension twice in a list",
        ),
        pytest.param("revocations", b"\2" + piece(0, YEAR_0), "not a revocation list"),
        pytest.param("revocations", b"\2" + piece(1, NO_END), "passes", id="a list without end"),
        pytest.param("revocations", b"\2" + piece(3, b"\1\x0c\xff"), "not a revocation list"),
        pytest.param("signer", b"\3" + piece(1, b"\x09"), "no key", id="a key of no known kind"),
        pytest.param(
            "signer",
            b"\3" + joined([(1, b"\x06"), (2, b""), (3, b"\x04\x21" + bytes(33))]),
            "no key",
            id="a key of the wrong length",
        ),
        pytest.param(
            "signer",
            b"\4\0" + piece(6, sequence(sequence(oid("1.2.3.4")), tlv(0x03, b"\0"))),
            "UNSUITABLE",
            id="a certificate of a key of no known kind",
        ),
        pytest.param(
            "reply", in_reply(0, b"A\x1b[2J"), "unknown", id="a reason that steers a terminal"
        ),
        pytest.param("reply", in_reply(0, b""), "unknown", id="a reason without a name"),
        pytest.param("reply", in_reply(2, b"\x1b[2J"), "known", id="a value that steers one"),
        pytest.param("proof_file", b"[]", "no hub", id="a proof that is a list"),
        pytest.param(
            "proof_file",
            b'{"hub_receipt": {"\\u001b[2J": 1}}',
            "a receipt in",
            id="a proof that steers a terminal",
        ),
        *(
            pytest.param("outbox", in_entry(**{name: value}), "damaged", id=f"{name} {value!r:.12}")
            for name, value in (
                ("message_id", 1),
                ("path", "\0"),
                ("path", "\ud800"),
                ("payload_size", 1e400),
                ("payload_size", 0),
                ("signed_header", "eA=="),
            )
        ),
    ],
)
def test_it_is_read_or_refused(target: str, data: bytes, outcome: str) -> None:
    assert outcome in TARGETS[target].check(data)


def test_a_path_may_last_until_the_end_of_time() -> None:
    leaf = load_der_x509_certificate(certificate(piece(UNTIL, NO_END)))

    path = TrustedPath.of(NOORD.oin, [leaf])

    assert validity_problem(path, path.not_after) is None


def test_a_path_may_begin_at_the_end_of_time() -> None:
    late = dataclasses.replace(
        TrustedPath.of(NOORD.oin, [ROOT]),
        not_before=dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
    )

    problem = validity_problem(late, NOW)

    assert problem is not None
    assert problem.metadata == {"not_before": "9999-12-31"}


def test_the_last_day_has_no_next() -> None:
    assert day_of(dt.datetime.max.replace(tzinfo=dt.UTC)) == dt.date.max


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (po_file(po_line(vestigingsnaam="School 111222333")), "the name holds"),
        (po_file(po_line(plaatsnaam="111222333")), "the place holds"),
        (po_file(po_line(plaatsnaam="x" * 201)), "the place is longer"),
        (po_file(po_line(bevoegd_gezag_nummer=" ")), "'' is no board number"),
        (po_file(";" * (MAX_LINE_BYTES + 1)), "it is longer"),
        (board_file("x" * MIB), "it is longer"),
    ],
)
def test_a_cell_or_line_that_no_register_keeps(data: bytes, problem: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(data)

    assert caught.value.metadata["problem"].startswith(problem)


@pytest.mark.parametrize(
    "make",
    [
        lambda: po_file() + b";" * MIB,
        lambda: b";" * MIB,
        lambda: po_file() + b"\n" * MIB + b"x",
        lambda: b"\n" * MIB,
        lambda: header(Source.VO_BOARDS).encode() + b"\n" + b'"' * MIB,
    ],
)
def test_a_file_of_nothing_costs_little(make: Callable[[], bytes]) -> None:
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            parse(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4 * MIB


def test_a_file_is_not_read_on_after_so_many_broken_lines() -> None:
    with pytest.raises(Refused) as caught:
        parse(po_file(*["x"] * (MAX_BROKEN_LINES + 1)))

    assert caught.value.metadata["count"] == f"{MAX_BROKEN_LINES}+"


def test_a_file_takes_ten_times_its_size_at_most() -> None:
    data = po_file(*(po_line(f"{each // 100:02}XA{each % 100:02}") for each in range(2000)))
    tracemalloc.start()
    try:
        found = parse(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(found.locations) == 2000
    assert peak < 10 * len(data)
