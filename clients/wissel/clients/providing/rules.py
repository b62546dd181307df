"""Who may have a prepared dossier, until when, which one replaces which, and what is answered.

Nothing here reads a file or a clock (design.md#providing, ADR 42).
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wissel.clients.addressing import parse_address
from wissel.clients.errors import DossierUnusable
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.kinds import require_relation
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey

MOST_RECEIVERS: Final = 50
"""Receivers that one dossier may be prepared for."""

_END_OF_YEAR: Final = (7, 31)
_LAST_OF_ALL: Final = (10, 1)


class Stage(StrEnum):
    """How far the pupil's move is; the first two make a dossier provisional."""

    APPLICATION = "aanmelding"
    PLACEMENT = "plaatsing"
    ENROLMENT = "inschrijving"

    @property
    def provisional(self) -> bool:
        """Whether a dossier of this stage is a voorlopig dossier."""
        return self is not Stage.ENROLMENT


_RANK: Final = {stage: rank for rank, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who may have a dossier: all of an organisation, one vestiging, or one delivery point."""

    address: Address | None = None
    routing_key: RoutingKey | None = None

    def __str__(self) -> str:
        return self.routing_key or (self.address.place if self.address else "")

    def is_met_by(self, requester: Address) -> bool:
        """Whether a requester is this receiver.

        A delivery point of the whole school is also that of its vestigingen: messages
        for them go there too (design.md#locating).
        """
        if self.address is None:
            return requester.routing_key == self.routing_key
        if requester.organisation != self.address.organisation:
            return False
        return self.address.vestiging is None or requester.vestiging in {
            None,
            self.address.vestiging,
        }


def parse_receiver(text: str) -> Receiver:
    """Return a receiver written as `99XB`, `99XB02`, `PO9901`, or as a routing key.

    Raises `Refused(IDENTIFIER_MALFORMED)`.
    """
    if RoutingKey.pattern.fullmatch(text):
        return Receiver(routing_key=RoutingKey(text))
    return Receiver(address=parse_address(text, "receiver"))


def parse_receivers(texts: Sequence[str], sender: Brin, kind: Kind) -> tuple[Receiver, ...]:
    """Return who may have a dossier, each once, in the order in which they are written.

    Raises what `parse_receiver` raises, `Refused(RELATION_INVALID)` for an organisation to
    which no dossier of this kind goes, and `DossierUnusable` for none or too many.
    """
    receivers = tuple(dict.fromkeys(map(parse_receiver, texts)))
    if not 1 <= len(receivers) <= MOST_RECEIVERS:
        message = f"name who may have the dossier: 1 to {MOST_RECEIVERS} receivers"
        raise DossierUnusable(message)
    for address in (each.address for each in receivers if each.address is not None):
        require_relation(kind, sender, address.organisation)
    return receivers


def until_of(today: dt.date, wanted: dt.date | None) -> dt.date:
    """Return the last day on which a dossier is given: as wanted, else the end of the school year.

    That is the first 31 July from today on; the latest that may be wanted is the 1
    October after it. Raises `DossierUnusable`.
    """
    end = _next(_END_OF_YEAR, today)
    latest = dt.date(end.year, *_LAST_OF_ALL)
    if wanted is None:
        return end
    if not today <= wanted <= latest:
        message = f"a dossier that is prepared today is kept until a day from {today} to {latest}"
        raise DossierUnusable(message)
    return wanted


def remembered_until(today: dt.date) -> dt.date:
    """Return the last day on which a request in vain is remembered: the first 1 October."""
    return _next(_LAST_OF_ALL, today)


def stage_of(wanted: str, provisional: bool | None) -> Stage:
    """Return the stage of a dossier: as wanted, else by what the dossier says of itself.

    `provisional` is `voorlopigdossier`, None where it is not there. Without both, the
    dossier is definitive. Raises `DossierUnusable` if the two contradict each other.
    """
    if not wanted:
        return Stage.APPLICATION if provisional else Stage.ENROLMENT
    try:
        stage = Stage(wanted)
    except ValueError:
        message = f"{wanted!r} is no stage; there are: {', '.join(Stage)}"
        raise DossierUnusable(message) from None
    if provisional is not None and provisional is not stage.provisional:
        said = "provisional" if provisional else "definitive"
        message = f"the dossier says (voorlopigdossier) that it is {said}, which {stage} is not"
        raise DossierUnusable(message)
    return stage


def check_stage(new: Stage, earlier: Collection[Stage]) -> None:
    """Check that a dossier is of no earlier stage than those of its pupil that are there.

    Raises `DossierUnusable`.
    """
    latest = max(earlier, key=_RANK.__getitem__, default=new)
    if _RANK[new] < _RANK[latest]:
        message = (
            f"a dossier of a later stage ({latest}) is prepared for this pupil, which one of "
            f"{new} does not replace. Fix: withdraw that one first"
        )
        raise DossierUnusable(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a requester may read, and what it has."""

    requester: Address
    if_collected_after: dt.datetime | None = None
    accepted_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What counts of a prepared dossier when it is asked for.

    `versions` are the names of its version, of which the requester reads one.
    """

    receivers: tuple[Receiver, ...]
    held: bool
    collected: dt.datetime
    versions: frozenset[str]


def refusal_of(offered: Offered | None, asked: Asked) -> Reason | None:
    """Return why a dossier is not given, None if it is.

    1. It is there: DOSSIER_NOT_FOUND.
    2. The requester is one of its receivers: REQUESTER_NOT_ALLOWED. Whoever is not
       hears nothing else of it.
    3. It is not held back: DOSSIER_NOT_READY.
    4. It was collected after what the requester has: DOSSIER_UNCHANGED.
    5. The requester reads its version: DOSSIER_VERSION_MISMATCH.
    """
    # 1.
    if offered is None:
        return Reason.DOSSIER_NOT_FOUND
    # 2.
    if not any(receiver.is_met_by(asked.requester) for receiver in offered.receivers):
        return Reason.REQUESTER_NOT_ALLOWED
    # 3.
    if offered.held:
        return Reason.DOSSIER_NOT_READY
    # 4.
    after = asked.if_collected_after
    if after is not None and offered.collected <= after:
        return Reason.DOSSIER_UNCHANGED
    # 5.
    if asked.accepted_versions and not offered.versions & set(asked.accepted_versions):
        return Reason.DOSSIER_VERSION_MISMATCH
    return None


def _next(day: tuple[int, int], today: dt.date) -> dt.date:
    """Return the first such day (month and day) from today on."""
    this_year = dt.date(today.year, *day)
    return this_year if today <= this_year else dt.date(today.year + 1, *day)
