"""Identifiers: one canonical spelling each, everything else is refused."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Brin,
    Identifier,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    Vestiging,
    organisation,
)
from wissel.routing.values.person_numbers import holds_person_number

KINDS: list[type[Identifier]] = [
    Aanleverpunt, BoardNumber, Brin, Namespace, Oin, RoutingKey, ServiceCode, Swv, SystemId,
    Vestiging,
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Brin, "99XA"),
        (Brin, "00YY"),
        (Vestiging, "99XA02"),
        (BoardNumber, "00123"),
        (Oin, "00000001800866472000"),
        (Oin, "0000000700025BE00000"),
        (Oin, "00000099411824080000"),
        (Swv, "PO2707"),
        (RoutingKey, "0000000700000YY00931"),
        (Aanleverpunt, "0"),
        (Aanleverpunt, "100"),
        (ServiceCode, "OSO_OV"),
        (SystemId, "las-noord"),
        (Namespace, "http://xml.eld.nl/schemas/VVA/20181101"),
    ],
)
def test_well_formed(kind: type[Identifier], text: str) -> None:
    assert text == kind.parse(text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_errors_show_as_an_example_is_one(kind: type[Identifier]) -> None:
    with pytest.raises(Refused) as caught:
        kind.parse(" ")

    example = caught.value.metadata["example"]
    assert example == kind.parse(example)
    assert not holds_person_number(example)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Brin, "9XA"),
        (Brin, "99xa"),
        (Brin, "99XA02"),
        (Brin, "99XA\n"),
        (Brin, " 99XA"),
        (Brin, "٩٩XA"),
        (Vestiging, "99XA2"),
        (BoardNumber, "1234"),
        (Oin, "0000000180086647200"),
        (Oin, "000000018008664720000"),
        (Oin, "0000000700025be00000"),
        (Swv, "MB2707"),
        (Aanleverpunt, "02"),
        (Aanleverpunt, "-1"),
        (ServiceCode, "oso_ov"),
        (SystemId, "Las"),
        (Namespace, "with blank"),
    ],
)
def test_malformed(kind: type[Identifier], text: str) -> None:
    with pytest.raises(Refused) as caught:
        kind.parse(text)

    assert Reason.IDENTIFIER_MALFORMED == caught.value.reason
    assert kind.kind == caught.value.metadata["kind"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_text_is_missing(kind: type[Identifier]) -> None:
    with pytest.raises(Refused) as caught:
        kind.parse("", "here")

    assert (caught.value.reason, caught.value.field) == (Reason.FIELD_REQUIRED, "here")


@given(kind=st.sampled_from(KINDS), text=st.text(max_size=30))
def test_parsing_is_total(kind: type[Identifier], text: str) -> None:
    """Any text is either exactly the identifier or refused, never anything else."""
    with contextlib.suppress(Refused):
        assert text == kind.parse(text)


def test_a_refusal_never_repeats_a_person_number() -> None:
    with pytest.raises(Refused) as caught:
        Brin.parse("pupil 182071649")

    assert "182071649" not in str(caught.value)


@given(st.from_regex(re.compile(r"[0-9]{2}[A-Z]{2}"), fullmatch=True))
def test_school_oin_leads_back_to_its_brin(text: str) -> None:
    brin = Brin.parse(text)

    assert Oin.parse(brin.oin).brin == brin
    assert RoutingKey.parse(brin.oin).reserved_for(brin.oin)


@pytest.mark.parametrize(("text", "expected"), [("02", "99XB02"), ("99XB02", "99XB02")])
def test_vestiging_in_both_spellings(text: str, expected: str) -> None:
    assert expected == Vestiging.within(Brin("99XB"), text)


@pytest.mark.parametrize("text", ["99XA02", "2", "002", "", "AA"])
def test_vestiging_of_another_brin(text: str) -> None:
    with pytest.raises(Refused):
        Vestiging.within(Brin("99XB"), text)


@pytest.mark.parametrize(
    ("key", "oin", "belongs"),
    [
        ("0000000700099XA00931", "0000000700099XA00000", True),
        ("0000000700099XB00931", "0000000700099XA00000", False),
        ("00000001800866472001", "00000001800866472000", True),
        ("00000001800866473001", "00000001800866472000", False),
        ("00000003123456780042", "00000003123456780000", True),
        ("00000003123456790042", "00000003123456780000", False),
        ("0000000700099XA0X931", "0000000700099XA00000", False),
    ],
)
def test_routing_key_names_its_organisation(key: str, oin: str, belongs: bool) -> None:
    assert belongs is RoutingKey.parse(key).belongs_to(Oin.parse(oin))


def test_an_organisation_is_a_school_or_a_samenwerkingsverband() -> None:
    assert Brin("99XA") == organisation("99XA", "", "sender_")
    assert Swv("PO9901") == organisation("", "PO9901", "sender_")

    with pytest.raises(Refused) as caught:
        organisation("", "", "sender_")

    assert "sender_brin" == caught.value.field


@pytest.mark.parametrize(
    ("kind", "text"),
    [(ServiceCode, "A182071649"), (SystemId, "las-182071649"), (Namespace, "urn:182071649")],
)
def test_an_identifier_that_holds_the_number_of_a_person_is_none(
    kind: type[Identifier], text: str
) -> None:
    with pytest.raises(Refused) as caught:
        kind.parse(text)

    assert "182071649" not in caught.value.metadata["value"]
