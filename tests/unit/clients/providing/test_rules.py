"""Who may have a prepared dossier, until when, and what is answered."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.errors import DossierUnusable
from wissel.clients.providing.rules import (
    MOST_RECEIVERS,
    Asked,
    Offered,
    Receiver,
    Stage,
    check_stage,
    parse_receiver,
    parse_receivers,
    refusal_of,
    remembered_until,
    stage_of,
    until_of,
)
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey, Swv, Vestiging

XA, XB = Brin("99XA"), Brin("99XB")
KEY, OTHER_KEY = RoutingKey("0000000700099XB00001"), RoutingKey("0000000700099XB00002")
NOW = dt.datetime(2026, 5, 18, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)


def at(organisation: Brin | Swv = XB, vestiging: str = "", key: RoutingKey | None = KEY) -> Address:
    return Address(
        organisation=organisation,
        vestiging=Vestiging(vestiging) if vestiging else None,
        routing_key=key,
    )


@pytest.mark.parametrize(
    ("receiver", "requester", "met"),
    [
        ("99XB", at(), True),
        ("99XB", at(vestiging="99XB02"), True),
        ("99XB", at(XA), False),
        ("99XB02", at(vestiging="99XB02"), True),
        ("99XB02", at(vestiging="99XB00"), False),
        ("99XB02", at(), True),
        ("99XB02", at(XA), False),
        (KEY, at(), True),
        (KEY, at(key=OTHER_KEY), False),
        (KEY, at(key=None), False),
        ("PO9901", at(Swv("PO9901")), True),
        ("PO9901", at(Swv("PO9902")), False),
        ("PO9901", at(), False),
    ],
)
def test_who_a_receiver_is(receiver: str, requester: Address, met: bool) -> None:
    parsed = parse_receiver(receiver)

    assert parsed.is_met_by(requester) is met
    assert str(parsed) == receiver
    assert parse_receiver(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("texts", "kind", "reason"),
    [
        (["PO9901"], Kind.OVERSTAP, Reason.RELATION_INVALID),
        (["99XB"], Kind.SWV, Reason.RELATION_INVALID),
        (["99XB"], Kind.WITHIN_BRIN, Reason.RELATION_INVALID),
        (["99XA", "99XB"], Kind.WITHIN_BRIN, Reason.RELATION_INVALID),
        (["nobody"], Kind.OVERSTAP, Reason.IDENTIFIER_MALFORMED),
        ([""], Kind.OVERSTAP, Reason.FIELD_REQUIRED),
    ],
)
def test_what_no_dossier_goes_to(texts: Sequence[str], kind: Kind, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        parse_receivers(texts, XA, kind)

    assert refused.value.reason is reason


def test_receivers_are_named_once_and_not_endlessly() -> None:
    assert parse_receivers(["99XB", KEY, "99XB"], XA, Kind.OVERSTAP) == (
        Receiver(address=Address(organisation=XB)),
        Receiver(routing_key=KEY),
    )
    assert parse_receivers(["99XA02"], XA, Kind.WITHIN_BRIN)
    for texts in ([], [f"99X{chr(65 + n // 26)}{n % 26:02}" for n in range(MOST_RECEIVERS + 1)]):
        with pytest.raises(DossierUnusable):
            parse_receivers(texts, XA, Kind.OVERSTAP)


@pytest.mark.parametrize(
    ("today", "end", "latest"),
    [
        ("2026-05-18", "2026-07-31", "2026-10-01"),
        ("2026-07-31", "2026-07-31", "2026-10-01"),
        ("2026-08-01", "2027-07-31", "2027-10-01"),
        ("2026-12-31", "2027-07-31", "2027-10-01"),
    ],
)
def test_the_last_day(today: str, end: str, latest: str) -> None:
    day, last = dt.date.fromisoformat(today), dt.date.fromisoformat(latest)

    assert until_of(day, None) == dt.date.fromisoformat(end)
    assert until_of(day, last) == last
    assert until_of(day, day) == day
    for wanted in (day - dt.timedelta(1), last + dt.timedelta(1)):
        with pytest.raises(DossierUnusable, match=latest):
            until_of(day, wanted)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2200, 1, 1)))
def test_a_day_to_forget_always_comes_within_fourteen_months(today: dt.date) -> None:
    assert today <= until_of(today, None) < today + dt.timedelta(367)
    assert today <= remembered_until(today) < today + dt.timedelta(367)


@pytest.mark.parametrize(
    ("wanted", "provisional", "stage"),
    [
        ("", None, Stage.ENROLMENT),
        ("", False, Stage.ENROLMENT),
        ("", True, Stage.APPLICATION),
        ("plaatsing", True, Stage.PLACEMENT),
        ("plaatsing", None, Stage.PLACEMENT),
        ("inschrijving", False, Stage.ENROLMENT),
    ],
)
def test_the_stage(wanted: str, provisional: bool | None, stage: Stage) -> None:
    assert stage_of(wanted, provisional) is stage


@pytest.mark.parametrize(
    ("wanted", "provisional"),
    [("inschrijving", True), ("aanmelding", False), ("plaatsing", False), ("later", None)],
)
def test_a_stage_that_contradicts_the_dossier(wanted: str, provisional: bool | None) -> None:
    with pytest.raises(DossierUnusable):
        stage_of(wanted, provisional)


@given(st.sampled_from(Stage), st.lists(st.sampled_from(Stage), max_size=4))
def test_a_stage_never_goes_back(new: Stage, earlier: list[Stage]) -> None:
    order = list(Stage)
    back = any(order.index(new) < order.index(each) for each in earlier)

    try:
        check_stage(new, earlier)
    except DossierUnusable:
        refused = True
    else:
        refused = False

    assert refused is back


def offered(**changes: object) -> Offered:
    values: dict[str, object] = {
        "receivers": (parse_receiver("99XB"),),
        "held": False,
        "collected": NOW,
        "versions": frozenset({"2019.1", "urn:2019"}),
    }
    return Offered(**(values | changes))  # type: ignore[arg-type] # each is as its field says


@pytest.mark.parametrize(
    ("what", "asked", "refusal"),
    [
        (None, Asked(requester=at()), Reason.DOSSIER_NOT_FOUND),
        (offered(), Asked(requester=at(XA)), Reason.REQUESTER_NOT_ALLOWED),
        (offered(held=True), Asked(requester=at(XA)), Reason.REQUESTER_NOT_ALLOWED),
        (offered(held=True), Asked(requester=at()), Reason.DOSSIER_NOT_READY),
        (offered(), Asked(requester=at(), if_collected_after=NOW), Reason.DOSSIER_UNCHANGED),
        (offered(), Asked(requester=at(), if_collected_after=LATER), Reason.DOSSIER_UNCHANGED),
        (offered(collected=LATER), Asked(requester=at(), if_collected_after=NOW), None),
        (
            offered(),
            Asked(requester=at(), accepted_versions=("2022.1",)),
            Reason.DOSSIER_VERSION_MISMATCH,
        ),
        (offered(), Asked(requester=at(), accepted_versions=("2022.1", "2019.1")), None),
        (offered(), Asked(requester=at(), accepted_versions=("urn:2019",)), None),
        (offered(), Asked(requester=at()), None),
    ],
)
def test_what_is_answered(what: Offered | None, asked: Asked, refusal: Reason | None) -> None:
    assert refusal_of(what, asked) is refusal


@given(
    st.booleans(),
    st.sampled_from([None, NOW - dt.timedelta(1), NOW, LATER]),
    st.sampled_from([(), ("2019.1",), ("2022.1",)]),
)
def test_whoever_may_not_have_it_hears_nothing_else(
    held: bool, after: dt.datetime | None, versions: tuple[str, ...]
) -> None:
    asked = Asked(requester=at(XA), if_collected_after=after, accepted_versions=versions)

    assert refusal_of(offered(held=held), asked) is Reason.REQUESTER_NOT_ALLOWED
