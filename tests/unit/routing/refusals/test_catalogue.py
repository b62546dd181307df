"""The catalogue of reasons: whole, honest about what it does not know, and documented."""

import ast
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.paths import ROOT
from wissel.error.v1 import error_reason_pb2
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.refusals.catalogue import (
    AREAS,
    CATALOGUE,
    Code,
    Language,
    Owner,
    contact_of,
    describe,
    owner_of,
    status_message,
)
from wissel.routing.refusals.catalogue.__main__ import main, stale
from wissel.routing.refusals.catalogue.documents import metadata_names, shown_names
from wissel.routing.refusals.catalogue.render import NAME, OPTIONAL
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side

PRIVATE = {
    *("system_id", "endpoint_id", "mandate_id", "agreement_id"),
    *("agreement", "signatory", "oin", "stage", "version", "desk"),
}
"""What metadata calls the contracts of others (design.md#audiences)."""
TEMPLATES = [
    pytest.param(template, id=f"{reason}-{place}")
    for reason, entry in CATALOGUE.items()
    for place, template in {
        "en": entry.en.sentence,
        "en-fix": entry.en.fix,
        "nl": entry.nl.sentence,
        "nl-fix": entry.nl.fix,
    }.items()
]


def test_every_reason_has_exactly_one_entry() -> None:
    reasons = [reason for area in AREAS.values() for reason in area]

    assert sorted(reasons) == sorted(Reason)


def test_the_contract_holds_the_same_names() -> None:
    names = {
        name.removeprefix("ERROR_REASON_")
        for name in error_reason_pb2.ErrorReason.keys()  # noqa: SIM118 - no mapping
    }

    assert names - {"UNSPECIFIED"} == {reason.value for reason in Reason}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_reads_well_without_metadata(template: str) -> None:
    text = OPTIONAL.sub("", template)

    assert not set("[]{}") & set(text)
    assert re.fullmatch(r"[A-Z].*[A-Za-z0-9)`]\.", text)
    assert "  " not in text
    assert " ." not in text
    assert " ," not in text


@pytest.mark.parametrize("reason", Reason)
def test_both_languages_can_show_the_same_facts(reason: Reason) -> None:
    english, dutch = CATALOGUE[reason].en, CATALOGUE[reason].nl

    assert sorted(NAME.findall(english.sentence)) == sorted(NAME.findall(dutch.sentence))
    assert sorted(NAME.findall(english.fix)) == sorted(NAME.findall(dutch.fix))


@pytest.mark.parametrize("reason", Reason)
def test_a_status_that_carries_retry_info_says_after_how_long(reason: Reason) -> None:
    entry = CATALOGUE[reason]

    if entry.code in {Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED}:
        assert entry.retry_seconds


@pytest.mark.parametrize("reason", Reason)
def test_what_the_caller_must_change_is_never_repeated_unchanged(reason: Reason) -> None:
    entry = CATALOGUE[reason]

    if entry.code in {Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.PERMISSION_DENIED}:
        assert entry.retry_seconds is None


@pytest.mark.parametrize("reason", Reason)
def test_what_the_other_side_reads_says_no_more_when_it_is_told_again(reason: Reason) -> None:
    told = CATALOGUE[reason].other_side

    assert CATALOGUE[told].other_side is told


@pytest.mark.parametrize("reason", {entry.other_side for entry in CATALOGUE.values()})
def test_the_words_for_the_other_side_need_only_public_metadata(reason: Reason) -> None:
    entry = CATALOGUE[reason]

    assert shown_names(entry) <= entry.public
    assert not PRIVATE & entry.public


def test_the_other_side_reads_few_reasons() -> None:
    assert {entry.other_side for entry in CATALOGUE.values()} == {
        Reason.RECEIVER_UNKNOWN,
        Reason.RECEIVER_CLOSED,
        Reason.RECEIVER_NOT_CONNECTED,
        Reason.ENDPOINT_UNAVAILABLE,
        Reason.ROUTE_AMBIGUOUS,
    }


def test_a_conflict_names_a_foreign_entity_to_operators_alone() -> None:
    foreign = {reason for reason, entry in CATALOGUE.items() if entry.foreign}

    assert foreign == {Reason.MANDATE_OVERLAPS, Reason.ALREADY_REGISTERED}
    assert not {"mandate_id", "key"} & {
        name for reason in foreign for name in CATALOGUE[reason].public
    }


def test_a_receiver_is_absent_when_it_can_be_asked_nothing() -> None:
    absent = {reason for reason, entry in CATALOGUE.items() if entry.receiver_absent}

    assert absent == {
        Reason.RECEIVER_UNREACHABLE,
        Reason.RECEIVER_UNTRUSTED,
        Reason.RECEIVER_TIMEOUT,
        Reason.ADDRESS_NOT_ALLOWED,
    }


def test_what_a_source_says_itself_has_a_step_of_its_own_on_the_ladder_of_results() -> None:
    by_source = [entry.transfer_result for entry in CATALOGUE.values() if entry.by_source]
    others = {entry.transfer_result for entry in CATALOGUE.values() if not entry.by_source}

    assert {*by_source, "TRANSFERRED", "FAILED"} == set(TransferResult)
    assert len(set(by_source)) == len(by_source)
    assert others == {"FAILED"}


def test_what_is_not_public_is_left_out() -> None:
    metadata = {"organisation": "99XC", "system_id": "las-zuid"}

    assert CATALOGUE[Reason.RECEIVER_NOT_CONNECTED].public_part(metadata) == {
        "organisation": "99XC"
    }


def test_a_caller_that_nobody_registered_reads_its_own_oin() -> None:
    message = status_message(Reason.PARTY_NOT_REGISTERED, {"oin": "00000003999900010000"})

    assert message == (
        "PARTY_NOT_REGISTERED: The certificate is trusted, but its OIN 00000003999900010000 is not "
        "registered with this hub. Fix: Ask for registration of this OIN, or connect with the "
        "certificate of the OIN that is registered."
    )


def test_dutch_words_for_a_dutch_reader() -> None:
    message = status_message(
        Reason.PERIOD_INVALID, {"start": "2026-08-01", "end": "2026-07-01"}, "nl"
    )

    assert message == (
        "PERIOD_INVALID: De periode eindigt (2026-07-01) voordat ze begint (2026-08-01). "
        "Oplossing: Geef een einddatum op of na de startdatum; beide dagen tellen mee."
    )


def test_a_part_with_a_missing_fact_is_left_out() -> None:
    text = describe(Reason.FILE_LINE_INVALID, {"file": "a.csv"})

    assert text.sentence == "A line of the file cannot be read: a.csv. Nothing was changed."


def test_a_value_is_never_read_as_a_template() -> None:
    text = describe(Reason.PARTY_NOT_FOUND, {"oin": "{oin}[{secret}]"})

    assert text.sentence == "No party with this OIN is registered: {oin}[{secret}]."


def test_a_long_value_is_cut_and_stays_on_one_line() -> None:
    text = describe(Reason.BOARD_NOT_FOUND, {"board": "x\n" * 500})

    assert "\n" not in text.sentence
    assert len(text.sentence) < 300


@pytest.mark.parametrize(
    ("owner", "side", "language", "expected"),
    [
        (Owner.BOARD, Side.RECEIVER, "en", "the receiver's board"),
        (Owner.BOARD, Side.SENDER, "nl", "het bestuur van de verzender"),
        (Owner.VENDOR, Side.SENDER, "en", "the sender's vendor"),
        (Owner.VENDOR, Side.QUERY, "en", "the vendor"),
        (Owner.OPERATOR, Side.RECEIVER, "en", "the operator of this hub"),
    ],
)
def test_an_owner_is_named_with_the_side_that_it_is_on(
    owner: Owner, side: Side, language: Language, expected: str
) -> None:
    assert owner_of(owner, language, side) == expected


@pytest.mark.parametrize("reason", Reason)
def test_everybody_knows_whom_to_ask(reason: Reason) -> None:
    entry = CATALOGUE[reason]

    assert contact_of(entry.contact, "en")
    assert contact_of(entry.contact, "nl")


@given(reason=st.sampled_from(Reason), data=st.data())
def test_any_metadata_gives_a_whole_sentence(reason: Reason, data: st.DataObject) -> None:
    names = [*metadata_names(CATALOGUE[reason]), "field"]
    word = st.text("abc XYZ019{}[]%", max_size=20)
    metadata = data.draw(st.dictionaries(st.sampled_from(names), word))

    text = describe(reason, metadata)

    assert text.sentence.endswith(".")
    assert text.fix.endswith(".")


def test_the_documents_are_current() -> None:
    assert stale() == [], "run `python -m wissel.routing.refusals.catalogue`"
    assert main(["--check"]) == 0


def test_areas_do_not_share_a_reason() -> None:
    for one, other in pairwise(AREAS.values()):
        assert not set(one) & set(other)


def test_what_differs_by_reason_stands_in_its_entry() -> None:
    """No other module keeps a set of reasons, or a table by reason, of its own."""
    rooms = (ROOT / name for name in ("routing", "server", "clients"))
    catalogue = ROOT / "routing/wissel/routing/refusals/catalogue"
    options = ROOT / "clients/wissel/clients/cli/failing.py"  # what one command calls its options

    tables = [
        f"{path.name}:{node.lineno}"
        for room in rooms
        for path in room.rglob("*.py")
        if not path.is_relative_to(catalogue) and path != options
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict | ast.Set)
        and any(map(_is_reason, node.keys if isinstance(node, ast.Dict) else node.elts))
    ]

    assert tables == []


def _is_reason(node: ast.expr | None) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Reason"
    )
