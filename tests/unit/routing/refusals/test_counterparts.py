"""Every answer that is documented elsewhere has its row, and whoever refuses says whom to ask."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from support.paths import ROOT, SHARED
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.routing.refusals.catalogue import AREAS, CATALOGUE, Contact, contact_of
from wissel.routing.refusals.catalogue.counterparts import (
    COUNTERPARTS,
    Counterpart,
    Standard,
    of_name,
    of_reason,
    oso_result,
)
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.policy import POLICY

DOMAIN: Final = SHARED / "domain"
SERVED: Final = {each.rpartition(".")[2] for each in POLICY}


def rows(name: str) -> Iterator[dict[str, str]]:
    with documented(f"catalogue/{name}").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def documented(path: str) -> Path:
    found = DOMAIN / path
    if not found.exists():
        pytest.skip(f"what is documented of OSO, the OSR and Edukoppeling is not here: {path}")
    return found


def oso() -> set[tuple[str, str]]:
    name = "oso_tc_resultaten_gedocumenteerd.csv"
    return {(row["bericht"], row["resultaat"].removesuffix(" (afgekapt)")) for row in rows(name)}


def osr() -> set[tuple[str, str]]:
    name = "osr_api_responses_gedocumenteerd.csv"
    return {("", f"{row['method']} {row['route']} {row['http']}") for row in rows(name)}


def proposed() -> set[tuple[str, str]]:
    text = documented("FACTS.md").read_text(encoding="utf-8")
    return {("", name) for name in re.findall(r"\bOSR-\d{4}\b", text)}


def edukoppeling() -> set[tuple[str, str]]:
    return {("", row["faultcode"]) for row in rows("edukoppeling_foutcodes.csv")}


@pytest.mark.parametrize(
    ("standard", "names"),
    [
        (Standard.OSO, oso),
        (Standard.OSR, osr),
        (Standard.OSR_PROPOSED, proposed),
        (Standard.EDUKOPPELING, edukoppeling),
    ],
)
def test_what_is_documented_has_its_row_and_nothing_else_has(
    standard: Standard, names: Callable[[], set[tuple[str, str]]]
) -> None:
    expected = names()
    own = [(each.where, each.name) for each in COUNTERPARTS if each.standard is standard]

    assert len(expected) > 5
    assert Counter(own) == Counter(expected)


@pytest.mark.parametrize("row", COUNTERPARTS, ids=lambda row: row.name)
def test_a_row_says_what_is_here_or_why_nothing_is(row: Counterpart) -> None:
    assert row.says.en != row.says.nl
    assert row.reasons or row.answer or row.note
    assert len(set(row.reasons)) == len(row.reasons)
    for text in (row.note.en, row.note.nl) if row.note else ():
        assert re.fullmatch(r"[A-Z`].*\.", text)


@pytest.mark.parametrize("row", [row for row in COUNTERPARTS if row.answer], ids=lambda r: r.name)
def test_an_answer_is_one_of_a_method_that_is_served(row: Counterpart) -> None:
    method, _, value = row.answer.partition(": ")

    assert method in SERVED
    assert not value or value in words_of_the_contract()


def test_an_operation_of_the_osr_is_the_same_method_in_its_own_document() -> None:
    text = (ROOT / "docs/osr-parity.md").read_text(encoding="utf-8")
    for row in COUNTERPARTS:
        if row.standard is Standard.OSR and row.answer:
            operation, _, _ = row.name.rpartition(" ")
            lines = [line for line in text.splitlines() if f"| `{operation}" in line]
            assert any(row.answer.partition(":")[0] in line for line in lines), row.name


def test_names_are_told_apart_however_they_are_written() -> None:
    assert all(of_name(row.name) == [row] for row in COUNTERPARTS)
    assert of_name("sessieafwijkend") == of_name("SessieAfwijkend")
    assert of_name("dk0002") == of_name("Client.DK0002")
    assert of_name("") == of_name("SESSION_DEVIATES") == []


def test_a_result_of_oso_is_that_of_one_reason() -> None:
    results = {reason: result for reason in Reason if (result := oso_result(reason))}

    assert results == {
        Reason.SESSION_DEVIATES: "SessieAfwijkend",
        Reason.DELIVERY_POINT_UNKNOWN: "OnbekendAanleverpunt",
        Reason.RELATION_INVALID: "GeenRelatieMetDoel",
        Reason.SESSION_SIGNED_OFF: "SessieReedsAfgemeld",
        Reason.SENDER_UNKNOWN: "VerstrekkerNietBekend",
    }


def test_what_a_source_says_has_names_of_ours_alone() -> None:
    ours = [*AREAS["Fetching a dossier"], Reason.SESSION_UNKNOWN, Reason.SESSION_EXPIRED]

    assert [reason for reason in ours if oso_result(reason)] == []
    assert [
        row.answer
        for row in COUNTERPARTS
        for result in TransferResult
        if row.standard is Standard.OSO and row.answer.endswith(f": {result}")
    ] == ["TransferService/SignOffTransfer: TRANSFERRED"]


def test_a_proposal_is_no_document() -> None:
    told = {row.standard for reason in Reason for row in of_reason(reason)}

    assert told == {Standard.OSO, Standard.OSR, Standard.EDUKOPPELING}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_two_languages_with_its_fix(reason: Reason) -> None:
    english, dutch = CATALOGUE[reason].en, CATALOGUE[reason].nl

    assert all((english.sentence, english.fix, dutch.sentence, dutch.fix))
    assert english.sentence != dutch.sentence
    assert english.fix != dutch.fix


@pytest.mark.parametrize(
    ("reason", "contact"),
    [
        (Reason.AGREEMENT_MISSING, Contact.KENNISNET),
        (Reason.MANDATE_MISSING, Contact.KENNISNET),
        (Reason.PERSON_ROLE_MISSING, Contact.DUO),
        (Reason.MANDATE_AWAITING, Contact.DUO),
        (Reason.KEPT_BY_RIO, Contact.RIO),
        (Reason.SESSION_DEVIATES, Contact.VENDOR),
        (Reason.SOURCE_FAILED, Contact.VENDOR),
        (Reason.ENDPOINT_MISSING, Contact.VENDOR),
    ],
)
def test_who_is_asked_is_whom_the_clients_documents_name(reason: Reason, contact: Contact) -> None:
    """Kennisnet for agreements and mandates, DUO for logins and what it processes, else the LAS."""
    assert CATALOGUE[reason].contact is contact


@pytest.mark.parametrize("contact", [Contact.KENNISNET, Contact.DUO])
def test_a_desk_is_reached_as_the_clients_documents_say(contact: Contact) -> None:
    texts = documented("client-documents").glob("*.txt")
    told = " ".join(path.read_text(encoding="utf-8") for path in texts)
    address = re.findall(r"[\w.]+@[\w.]+\w", contact_of(contact, "nl"))
    numbers = re.findall(r"0[0-9 ]{9,}[0-9]", contact_of(contact, "nl"))

    assert len(address) == len(numbers) == 1
    assert address[0] in told
    assert re.sub(r"[ -]", "", numbers[0]) in re.sub(r"[ -]", "", told)


def words_of_the_contract() -> set[str]:
    """Return every value that the comments of the contract put between backticks."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "protos").rglob("*.proto"))
    return {word for text in texts for word in re.findall(r"`([A-Z_]+)`", text)}
