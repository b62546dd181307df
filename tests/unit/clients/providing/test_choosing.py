"""Which of a pupil's dossiers lies ready, and which one is given, after whatever was done."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from support.prepared.folder import NOW, XA
from support.prepared.world import PUPIL
from wissel.clients.errors import DossierUnusable
from wissel.clients.providing.finding import choose, given_at
from wissel.clients.providing.rules import Asked, Stage, parse_receiver
from wissel.clients.providing.storing.records import PreparedDossier
from wissel.clients.providing.storing.store import PreparedStore
from wissel.routing.exchange.envelope import Address, Attestation, Kind
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey

STAGES: Final = list(Stage)
KEY: Final = RoutingKey("0000000700099XA00001")
ASKED: Final = Asked(requester=Address(organisation=Brin("99XB")))
TODAY: Final = NOW.date()


def prepared(**changes: object) -> PreparedDossier:
    """Return a dossier of `PUPIL` for 99XB, but for `changes`."""
    values: dict[str, object] = {
        "dossier_id": uuid4(),
        "brin": XA,
        "routing_key": None,
        "kind": Kind.OVERSTAP,
        "stage": Stage.ENROLMENT,
        "receivers": (parse_receiver("99XB"),),
        "held": False,
        "until": TODAY,
        "prepared": NOW,
        "collected": NOW,
        "versions": frozenset({"2019.1"}),
        "attestation": Attestation(),
        "initiator": "account-of-the-school",
        "size": 1,
        "sha256": uuid4().bytes * 2,
        "numbers": frozenset({PUPIL}),
    }
    return PreparedDossier(**(values | changes))  # type: ignore[arg-type] # each is as its field says


@dataclass(frozen=True)
class Do:
    """What somebody does: prepare, release what is held, or withdraw what is given."""

    what: str
    stage: Stage = Stage.ENROLMENT
    held: bool = False


ACTS: Final = st.one_of(
    st.builds(Do, st.just("prepare"), st.sampled_from(STAGES), st.booleans()),
    st.sampled_from([Do("release"), Do("withdraw")]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, max_size=8))
def test_one_dossier_is_given_and_one_held_back_at_most(acts: Sequence[Do]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = PreparedStore(Path(folder) / "prepared")
        ready: tuple[UUID, Stage] | None = None
        held: tuple[UUID, Stage] | None = None
        for number, act in enumerate(acts):
            made = prepared(
                stage=act.stage, held=act.held, prepared=NOW + dt.timedelta(seconds=number)
            )
            mine = (made.dossier_id, act.stage)
            back = any(
                each and STAGES.index(act.stage) < STAGES.index(each[1]) for each in (ready, held)
            )
            if act.what == "prepare" and back:
                _refused(store, made)
            elif act.what == "prepare":
                store.add(made, b"x")
                ready, held = (ready, mine) if act.held else (mine, None)
            elif act.what == "release" and held:
                store.release(held[0])
                ready, held = held, None
            elif act.what == "withdraw" and ready:
                store.remove(ready[0])
                ready = None

        expected = {each[0] for each in (ready, held) if each}
        assert {each.dossier_id for each in store.listed()} == expected
        assert {UUID(file.stem) for file in (Path(folder) / "prepared/files").iterdir()} == expected
        choice = choose(store.of_pupil(XA, Kind.OVERSTAP, PUPIL), ASKED)
        given_one = choice.dossier.dossier_id if choice.dossier else None
        if ready:
            assert (given_one, choice.refusal) == (ready[0], None)
        else:
            why = Reason.DOSSIER_NOT_READY if held else Reason.DOSSIER_NOT_FOUND
            assert (given_one, choice.refusal) == (held[0] if held else None, why)


def _refused(store: PreparedStore, made: PreparedDossier) -> None:
    try:
        store.add(made, b"x")
    except DossierUnusable:
        return
    raise AssertionError("a stage went back")


def test_what_is_given_goes_before_what_is_of_the_point_and_that_before_the_newest() -> None:
    school, newer = prepared(), prepared(prepared=NOW + dt.timedelta(hours=1))
    point = prepared(routing_key=KEY)
    held = prepared(routing_key=KEY, held=True, prepared=NOW + dt.timedelta(hours=2))
    other = replace(point, receivers=(parse_receiver("99XC"),))

    assert choose([school, newer], ASKED).dossier == newer
    assert choose([newer, point, held], ASKED).dossier == point
    assert choose([held, school], ASKED).dossier == school
    assert choose([other, school], ASKED).dossier == school
    assert choose([other, held], ASKED).refusal is Reason.REQUESTER_NOT_ALLOWED


def test_only_what_a_delivery_point_gives_on_a_day() -> None:
    school, point = prepared(), prepared(routing_key=KEY)
    elsewhere = prepared(routing_key=RoutingKey("0000000700099XA00002"))
    over = prepared(until=TODAY - dt.timedelta(days=1))

    assert given_at([school, point, elsewhere, over], KEY, TODAY) == [school, point]
    assert given_at([school, point, elsewhere, over], None, TODAY) == [school]
