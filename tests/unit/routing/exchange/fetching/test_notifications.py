"""The state machine of a notification: told by one at a time, for five days, and then no more."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.sessions import NOW, SESSION, TERMS
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching import notifications as life
from wissel.routing.exchange.fetching.links import link_digest, twelve_months_after
from wissel.routing.exchange.fetching.notifications import (
    KEY_SHOWN,
    LEASE,
    LONGEST_WAIT,
    TRIED,
    Announcement,
    Notification,
    NotificationState,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Brin, Oin, RoutingKey, Swv

KEY = UUID(int=7)
SAID = Announcement(
    notification_id=UUID(int=1),
    source_oin=Oin(NOORD.oin),
    source_routing_key=RoutingKey("0000000700099XA00001"),
    terms=replace(TERMS, requester=Swv(SWV), kind=Kind.SWV),
    initiator="an-account",
)
OF_SESSION = replace(SAID, terms=TERMS, session_id=SESSION.session_id)
NEW = life.announce(SAID, Oin(ZUID.oin), NOW, lambda: KEY)
SOON = dt.timedelta(seconds=1)


def test_a_swv_dossier_makes_a_link_for_twelve_months() -> None:
    link = NEW.link

    assert link is not None
    assert (NEW.link_key, NEW.link_sha256) == (KEY, link_digest(KEY))
    assert link.expires == twelve_months_after(NOW)
    assert (link.source_oin, link.requester_oin) == (NOORD.oin, ZUID.oin)


def test_a_session_makes_none() -> None:
    made = life.announce(OF_SESSION, Oin(ZUID.oin), NOW, lambda: KEY)

    assert (made.link, made.link_key, made.link_sha256) == (None, None, b"")


def test_no_text_shows_the_key() -> None:
    assert str(KEY) not in repr(NEW)
    assert "UUID('00000000-0000-0000-0000-000000000007')" not in repr(NEW)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (replace(SAID, session_id=UUID(int=3)), "FIELD_INVALID"),
        (replace(OF_SESSION, session_id=None), "FIELD_REQUIRED"),
        (replace(SAID, terms=TERMS, session_id=None), "FIELD_REQUIRED"),
        (replace(SAID, terms=replace(TERMS, kind=Kind.SWV)), "RELATION_INVALID"),
        (replace(OF_SESSION, terms=replace(TERMS, kind=Kind.FEEDBACK)), "RELATION_INVALID"),
        (replace(OF_SESSION, terms=replace(TERMS, kind=Kind.WITHIN_BRIN)), "RELATION_INVALID"),
    ],
)
def test_what_is_announced_fits(said: Announcement, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        life.check_announcement(said)
    life.check_announcement(SAID)
    life.check_announcement(OF_SESSION)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("terms", "oin", "reason"),
    [
        (replace(TERMS, source=Brin("99XD")), ZUID.oin, "SESSION_UNKNOWN"),
        (replace(TERMS, requester=Brin("99XD")), ZUID.oin, "SESSION_UNKNOWN"),
        (TERMS, NOORD.oin, "SESSION_DEVIATES"),
        (
            replace(TERMS, requester_routing_key=RoutingKey("0000000700099XC00002")),
            ZUID.oin,
            "SESSION_DEVIATES",
        ),
        (replace(TERMS, kind=Kind.WITHIN_BRIN), ZUID.oin, "SESSION_DEVIATES"),
    ],
)
def test_a_session_of_others_is_none(terms: object, oin: str, reason: str) -> None:
    session = replace(SESSION, terms=terms)  # type: ignore[arg-type]

    with pytest.raises(Refused) as refused:
        life.check_session(OF_SESSION, session, {Oin(oin)})
    with pytest.raises(Refused, match="SESSION_UNKNOWN"):
        life.check_session(OF_SESSION, None, {Oin(oin)})
    life.check_session(OF_SESSION, SESSION, {Oin(ZUID.oin)})

    assert refused.value.reason == reason


def test_another_announcement_under_its_id_is_refused() -> None:
    assert life.repeated(NEW, SAID, NOW) == NEW
    with pytest.raises(Refused, match="NOTIFICATION_ID_REUSED"):
        life.repeated(NEW, replace(SAID, initiator="another"), NOW)


class Telling(RuleBasedStateMachine):
    """Two processes tell one notification, or die while they do, as time goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.row: Notification = NEW
        self.held: dict[str, Notification] = {}
        self.told = 0

    @rule(seconds=st.sampled_from([1, 9, 30, 61, 3600, 86_400]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)

    @rule(owner=st.sampled_from("ab"))
    def claim(self, owner: str) -> None:
        claimed = life.claim(self.row, owner, self.now)
        free = self.row.state is NotificationState.PENDING
        free = free and self.now >= max(self.row.due, self.row.lease_until)
        assert (claimed is not None) == free
        if claimed is not None:
            assert claimed.lease_until == self.now + LEASE
            self.row = self.held[owner] = claimed

    @precondition(lambda self: self.held)
    @rule(data=st.data(), told=st.booleans(), chance=st.floats(0, 1))
    def end(self, data: st.DataObject, told: bool, chance: float) -> None:
        owner = data.draw(st.sampled_from(sorted(self.held)))
        claimed = self.held.pop(owner)
        current = self.row.attempt == claimed.attempt
        current = current and self.row.state is NotificationState.PENDING
        ended = life.end(self.row, claimed.attempt, self.now, told=told, chance=chance)
        assert (ended is not None) == current
        if ended is None:
            return
        self.row = ended
        self.told += told
        if told:
            assert ended.state is NotificationState.NOTIFIED
        elif self.now >= NOW + TRIED:
            assert ended.state is NotificationState.GIVEN_UP
        else:
            assert self.now < ended.due <= self.now + LONGEST_WAIT
            assert ended.state is NotificationState.PENDING

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        del self.held[data.draw(st.sampled_from(sorted(self.held)))]

    @rule()
    def repeat(self) -> None:
        known = life.repeated(self.row, SAID, self.now)
        waits = self.row.state is NotificationState.PENDING
        assert known.state is self.row.state
        assert (known.link_key is not None) <= (waits or self.now < NOW + KEY_SHOWN)
        if waits:
            assert known.link_key == KEY

    @invariant()
    def the_digest_stays_and_the_key_goes(self) -> None:
        assert self.row.link_sha256 == link_digest(KEY)
        assert self.row.link == NEW.link
        if self.row.state is NotificationState.PENDING:
            assert self.row.link_key == KEY

    @invariant()
    def it_is_told_once(self) -> None:
        assert self.told == (self.row.state is NotificationState.NOTIFIED)


TestTelling = Telling.TestCase
