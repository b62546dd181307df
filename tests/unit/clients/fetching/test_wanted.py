"""A swv-dossier is asked for by a link key, and every other one by a number."""

from uuid import uuid4

import pytest

from support.prepared.world import PUPIL
from wissel.clients.fetching.wanted import FetchOptions, Pupil, wanted
from wissel.clients.transport.status_errors import from_rule
from wissel.routing.exchange.envelope import Kind
from wissel.routing.refusals.errors import Refused

LINK = uuid4()


def kind_of(pupil: Pupil, kind: str) -> Kind:
    options = FetchOptions(
        source="99XA", requester="99XB", routing_key="0000000700099XB00931", kind=kind
    )
    return wanted(pupil, options).kind


@pytest.mark.parametrize(
    ("pupil", "kind", "asked"),
    [
        (PUPIL, "", Kind.OVERSTAP),
        (PUPIL, "overdrachtbinnenbrin", Kind.WITHIN_BRIN),
        (LINK, "", Kind.SWV),
        (LINK, "swv-dossier", Kind.SWV),
    ],
)
def test_the_kind_fits_what_it_is_asked_by(pupil: Pupil, kind: str, asked: Kind) -> None:
    assert kind_of(pupil, kind) is asked


@pytest.mark.parametrize(
    ("pupil", "kind", "told"),
    [
        (PUPIL, "swv-dossier", "kind is swv-dossier, which is fetched by a link key"),
        (LINK, "overstapdossier", "kind is overstapdossier, which is fetched by a number"),
    ],
)
def test_what_it_is_asked_by_is_told(pupil: Pupil, kind: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        kind_of(pupil, kind)

    assert told in str(from_rule(refused.value))
