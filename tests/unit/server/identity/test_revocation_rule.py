"""Which revocation lists count: the table of rules.md#revocation-lists, row by row."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from support.builders.revocation_lists import DAY, HOUR, POINT_A, POINT_B, List, ListWorld
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.trusted_path import TrustedPath
from wissel.server.identity.crls import GRACE, RevocationLists
from wissel.server.identity.revocation_list import TrustFileError

PASSES: Final = ""
REVOKED: Final = "CERTIFICATE_REVOKED"
UNKNOWN: Final = "REVOCATION_UNKNOWN"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ListWorld:
    return ListWorld.create(tmp_path_factory.mktemp("pki"))


TABLE: Final = [
    # lists of the authority                                            who        outcome
    ((), "noord", PASSES),
    ((List(),), "noord", PASSES),
    ((List("noord"),), "noord", REVOKED),
    ((List("noord", by="root"),), "noord", PASSES),
    # the newest of a partition counts, and it alone
    ((List("noord", age=DAY), List()), "noord", PASSES),
    ((List(age=DAY), List("noord")), "noord", REVOKED),
    ((List("noord", number=1), List(number=2)), "noord", PASSES),
    ((List("noord", number=1), List(number=1)), "noord", REVOKED),
    # of each kind of certificate
    ((List("noord", kind="leaves", age=DAY), List(kind="CAs")), "noord", REVOKED),
    ((List(kind="leaves", age=DAY), List(kind="CAs")), "noord", PASSES),
    ((List(kind="CAs"),), "noord", UNKNOWN),
    ((List(kind="attributes"),), "noord", UNKNOWN),
    ((List("noord", kind="attributes"),), "noord", REVOKED),
    ((List(kind="leaves"),), "noord", PASSES),
    ((List("intermediate", by="root", kind="CAs"),), "noord", REVOKED),
    ((List(by="root", kind="leaves"),), "noord", UNKNOWN),
    ((List(by="root", kind="CAs"),), "noord", PASSES),
    ((List("intermediate", by="root"), List(kind="CAs")), "noord", REVOKED),
    # of each distribution point
    ((List("at a", point=POINT_A, age=DAY), List(point=POINT_B)), "at a", REVOKED),
    ((List("at a", point=POINT_A, age=DAY), List(point=POINT_A)), "at a", PASSES),
    ((List(point=POINT_A), List(point=POINT_B, age=DAY)), "at a", PASSES),
    ((List(point=POINT_B),), "at a", UNKNOWN),
    ((List("at a", point=POINT_B),), "at a", REVOKED),
    ((List(),), "at a", PASSES),
    ((List(point=POINT_A),), "noord", PASSES),
    ((List("noord", point=POINT_A, age=DAY), List(point=POINT_B)), "noord", REVOKED),
    # of each signing key
    ((List("new key", by="renewed", age=DAY), List()), "new key", REVOKED),
    ((List("new key", age=DAY), List(by="renewed")), "new key", PASSES),
    ((List(),), "new key", UNKNOWN),
    # the age of what tells of a certificate
    ((List(age=3 * DAY, ends=-DAY + HOUR),), "noord", PASSES),
    ((List(age=3 * DAY, ends=-DAY - HOUR),), "noord", UNKNOWN),
    ((List("noord", age=3 * DAY, ends=-DAY - HOUR),), "noord", REVOKED),
    ((List(age=3 * DAY, ends=-DAY - HOUR), List(kind="leaves")), "noord", PASSES),
]


def outcome(lists: RevocationLists, path: TrustedPath, at: dt.datetime) -> str:
    try:
        lists.check(path, at)
    except Refused as refused:
        return refused.reason
    return PASSES


@pytest.mark.parametrize(("made", "who", "expected"), TABLE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(data=st.data())
def test_the_table_holds_in_any_order_of_files_and_lists(
    world: ListWorld,
    tmp_path: Path,
    data: st.DataObject,
    made: tuple[List, ...],
    who: str,
    expected: str,
) -> None:
    order = data.draw(st.permutations(made))
    shared = data.draw(st.booleans())
    encoding = data.draw(st.sampled_from([Encoding.PEM, Encoding.DER]))
    encoded = [world.signed(each).public_bytes(encoding) for each in order]
    contents = [b"".join(encoded)] if shared and encoded else encoded
    files = []
    for number, content in enumerate(contents):
        files.append(tmp_path / f"{number}.crl")
        files[-1].write_bytes(content)

    lists = RevocationLists(files)

    assert expected == outcome(lists, world.paths[who], world.pki.now)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (List(delta=True), "a delta list says too little by itself"),
        (List(indirect=True), "an indirect or partial list says too little by itself"),
        (List(reasons=True), "an indirect or partial list says too little by itself"),
        (List(unknown=True), "a critical extension that the hub does not know, 1.3.6.1.4.1.99"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_list_that_cannot_be_taken_is_named_also_among_others(
    world: ListWorld, tmp_path: Path, made: List, told: str, first: bool
) -> None:
    pair = [made, List()] if first else [List(), made]
    file = tmp_path / "two.crl"
    file.write_bytes(b"".join(world.signed(each).public_bytes(Encoding.PEM) for each in pair))

    with pytest.raises(TrustFileError) as caught:
        RevocationLists([file])

    number = 1 if first else 2
    assert str(caught.value).startswith(f"{file}: list {number} of 2: ")
    assert told in str(caught.value)


@pytest.mark.parametrize("spoiled", ["delta", "cut", "gone", "no list"])
def test_a_file_that_goes_bad_keeps_all_its_lists(
    world: ListWorld, tmp_path: Path, spoiled: str
) -> None:
    file = tmp_path / "two.crl"
    good = b"".join(
        world.signed(each).public_bytes(Encoding.PEM) for each in (List("noord"), List(by="root"))
    )
    file.write_bytes(good)
    lists = RevocationLists([file])

    match spoiled:
        case "delta":
            file.write_bytes(world.signed(List(delta=True)).public_bytes(Encoding.PEM))
        case "cut":
            file.write_bytes(good[:-40])
        case "gone":
            file.unlink()
        case _:
            file.write_bytes(b"")
    lists.refresh(world.pki.now)

    assert outcome(lists, world.paths["noord"], world.pki.now) == REVOKED


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda good: good[:-40], "a PEM block is cut off"),
        (lambda good: good + good[:-40], "a PEM block is cut off"),
        (lambda good: good.replace(b"X509 CRL", b"PKCS7"), "it holds PKCS7"),
        (lambda _: b"", "not a revocation list"),
        (lambda good: good.replace(b"X509 CRL", b"CERTIFICATE"), "not a revocation list"),
    ],
)
def test_what_is_not_a_list_is_named(
    world: ListWorld, tmp_path: Path, content: object, told: str
) -> None:
    assert callable(content)
    file = tmp_path / "odd.crl"
    file.write_bytes(content(world.signed(List()).public_bytes(Encoding.PEM)))

    with pytest.raises(TrustFileError, match=told):
        RevocationLists([file])


def test_text_and_certificates_beside_a_list_are_passed_over(
    world: ListWorld, tmp_path: Path
) -> None:
    file = tmp_path / "published.crl"
    certificate = world.pki.intermediate.certificate.public_bytes(Encoding.PEM)
    listed = world.signed(List("noord")).public_bytes(Encoding.PEM)
    file.write_bytes(b"Certificate Revocation List (CRL):\n" + certificate + listed)

    lists = RevocationLists([file])

    assert outcome(lists, world.paths["noord"], world.pki.now) == REVOKED


@pytest.mark.parametrize(
    ("made", "cover"),
    [
        ([List(kind="CAs")], ["only CAs"]),
        ([List(kind="leaves")], ["only leaves"]),
        ([List(kind="leaves"), List(kind="CAs")], []),
        ([List(kind="leaves"), List()], []),
        ([List(kind="CAs"), List(by="root", kind="leaves")], ["only CAs", "only leaves"]),
    ],
)
def test_the_start_names_each_authority_whose_lists_cover_some_kinds_only(
    world: ListWorld, tmp_path: Path, made: list[List], cover: list[str]
) -> None:
    file = tmp_path / "lists.crl"
    file.write_bytes(b"".join(world.signed(each).public_bytes(Encoding.DER) for each in made))

    with capture_logs() as lines:
        RevocationLists([file])

    named = [line for line in lines if line["event"] == "revocation_lists_incomplete"]
    assert cover == sorted(line["cover"] for line in named)
    assert all(line["authority"].startswith("CN=") for line in named)


def test_a_list_that_a_newer_one_replaces_is_not_stale(world: ListWorld, tmp_path: Path) -> None:
    old = List(age=3 * DAY, ends=-HOUR)
    files = [tmp_path / "old.crl", tmp_path / "new.crl"]
    for file, made in zip(files, (old, List()), strict=True):
        file.write_bytes(world.signed(made).public_bytes(Encoding.PEM))

    assert not RevocationLists(files).stale(world.pki.now)
    assert RevocationLists(files[:1]).stale(world.pki.now)
    assert RevocationLists(files).stale(world.pki.now + DAY + GRACE)
    assert replace(old, ends=HOUR) != old
