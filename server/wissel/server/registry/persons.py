"""A person whom a portal acts for, and what is that person's own (design.md#persons)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from wissel.routing.facts import Board, Samenwerkingsverband, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, KvkNumber
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope

SIGNING_AGE: Final = dt.timedelta(minutes=15)
"""How old a login may be with which somebody signs."""
MAX_BOARDS: Final = 100
MAX_BRINS: Final = 500
"""How many boards and schools a token may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the verified token of a login tells it.

    `issuer` is the alias of the login broker and `issuer_url` its name in tokens,
    `subject` who it is there (`alias:sub`). `boards` and `brins` are None where the
    token does not say; `kvk` is the organisation that the person represents. `level` is
    the level of assurance of the login, and `authenticated` its moment, None if unknown.
    `signs` is whether the person may sign for a board; `signing_roles` are the roles that
    would allow it.
    """

    issuer: str
    issuer_url: str = ""
    subject: str = field(repr=False)
    boards: frozenset[BoardNumber] | None
    brins: frozenset[Brin] | None
    kvk: KvkNumber | None
    level: str
    authenticated: dt.datetime | None
    expires: dt.datetime
    signs: bool
    signing_roles: tuple[str, ...] = ()

    @property
    def represents_nobody(self) -> bool:
        """Whether it acts for no organisation: nothing is named, or what is named is empty."""
        if self.brins is not None:
            return not self.brins
        return self.kvk is None if self.boards is None else not self.boards


async def scope_of(snapshot: Snapshot, person: Person) -> Scope:
    """Return what a person sees and changes, by the schools and boards of this revision.

    1. Schools that the token names are the scope, and its boards bound it.
    2. Otherwise all schools of its boards are.
    3. Otherwise its KvK number is that of exactly one board, whose schools are the
       scope, or of one samenwerkingsverband: KVK_UNKNOWN, KVK_AMBIGUOUS.
    """
    # 1.
    if person.brins is not None:
        found = await snapshot.find(School, key=tuple(sorted(person.brins)))
        return of_schools(found, person.boards)
    # 2.
    if person.boards is not None:
        return await _of_boards(snapshot, person.boards)
    # 3.
    kvk = str(person.kvk)
    boards = await snapshot.find(Board, kvk=kvk)
    holder = holder_of(kvk, boards, await snapshot.find(Samenwerkingsverband, kvk=kvk))
    if isinstance(holder, Samenwerkingsverband):
        own = frozenset({holder.code})
        return Scope(organisations=own, signatories=frozenset({holder.code}))
    return await _of_boards(snapshot, frozenset({holder.number}))


def of_schools(schools: Iterable[School], boards: frozenset[BoardNumber] | None) -> Scope:
    """Return the scope of a person with the accounts of schools.

    A school that has moved to a board which the token does not name is out of it.
    Agreements are the board's, so none is in it.
    """
    own = (school.brin for school in schools if boards is None or school.board in boards)
    return Scope(organisations=frozenset(own))


def holder_of(
    kvk: str, boards: Iterable[Board], swvs: Iterable[Samenwerkingsverband]
) -> Board | Samenwerkingsverband:
    """Return the one organisation that has a KvK number: KVK_UNKNOWN, KVK_AMBIGUOUS."""
    holders: list[Board | Samenwerkingsverband] = [*boards, *swvs]
    if not holders:
        raise Refused(Reason.KVK_UNKNOWN, kvk=kvk)
    if len(holders) > 1:
        raise Refused(Reason.KVK_AMBIGUOUS, kvk=kvk)
    return holders[0]


def require_signatory(person: Person, now: dt.datetime) -> None:
    """Refuse a person who may not sign for a board or samenwerkingsverband (R2).

    1. It acts for the board itself, and not for single schools: BOARD_SCOPE_REQUIRED.
    2. It has a signing role: SIGNING_ROLE_MISSING.
    3. It logged in at most 15 minutes ago: REAUTHENTICATION_REQUIRED.
    """
    require_board(person)  # 1.
    if not person.signs:  # 2.
        roles = ", ".join(person.signing_roles)
        raise Refused(Reason.SIGNING_ROLE_MISSING, issuer=person.issuer, roles=roles)
    if person.authenticated is None or now - person.authenticated > SIGNING_AGE:  # 3.
        minutes = str(SIGNING_AGE // dt.timedelta(minutes=1))
        raise Refused(Reason.REAUTHENTICATION_REQUIRED, minutes=minutes)


def require_board(person: Person) -> None:
    """Refuse a person who acts for single schools: BOARD_SCOPE_REQUIRED."""
    if person.brins is not None:
        raise Refused(Reason.BOARD_SCOPE_REQUIRED)


async def _of_boards(snapshot: Snapshot, boards: frozenset[BoardNumber]) -> Scope:
    schools = await snapshot.find(School, board=tuple(sorted(boards)))
    return Scope(
        organisations=frozenset(school.brin for school in schools),
        signatories=frozenset(boards),
    )
