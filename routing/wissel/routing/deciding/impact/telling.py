"""What a viewer is told of a difference: what is its own, in words that give nobody else away."""

import datetime as dt
from collections.abc import Iterator

from wissel.routing.deciding.audience import audience_for, for_audience
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.impact.differences import Change, Difference, Subject, differences
from wissel.routing.deciding.impact.impact import EVERYTHING, Impact, Viewer
from wissel.routing.deciding.query import ANYBODY, Asker, Query, Selection
from wissel.routing.facts import Role
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin


def impact(before: Table, after: Table, today: dt.date, viewer: Viewer = EVERYTHING) -> Impact:
    """Return how deciding on `after` differs from deciding on `before`, today and later.

    It is exact: a route counts if and only if `decide` says otherwise on some day from
    today on, a sender if `may_act` does. `after` must descend from `before`.
    """
    found = Impact(revision=before.revision, today=today)
    for some in told_differences(before, after, today, viewer):
        for difference in some:
            found.add(difference)
    return found


def told_differences(
    before: Table, after: Table, today: dt.date, viewer: Viewer
) -> Iterator[list[Difference]]:
    """Yield the `differences` as a viewer is told of them.

    A reason is that which the viewer would hear by asking on the first day: of what is
    gained before the change, of what is lost after it.
    """
    for some in differences(before, after, today):
        shown = (viewer.shown(difference) for difference in some)
        yield [_worded(viewer, before, after, each) for each in shown if each is not None]


def _worded(viewer: Viewer, before: Table, after: Table, shown: Difference) -> Difference:
    if shown.reason is None:
        return shown
    table = before if shown.change is Change.GAINED else after
    refusal = Refusal(reason=shown.reason, side=Side.RECEIVER, metadata={})
    told = refusal_for(viewer, table, shown.subject, refusal, shown.first)
    return shown._replace(reason=told.reason)


def refusal_for(
    viewer: Viewer, table: Table, subject: Subject, refusal: Refusal, day: dt.date
) -> Refusal:
    """Return a refusal of a subject as the viewer would hear it by asking on a day."""
    code, service, vestiging, sender = subject
    if viewer.sees_all_of(subject) or sender is not None:
        return refusal  # a sender that the viewer sees is a system of its own
    query = Query(ANYBODY, None, code, service, Selection(vestiging=vestiging))
    asker = Asker(oin=Oin(""), role=Role.VENDOR, system_ids=tuple(viewer.systems))
    return for_audience(refusal, audience_for(table, asker, query, day))
