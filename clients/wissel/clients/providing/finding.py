"""Finds which prepared dossier a search key or link key stands for, and what is answered."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from wissel.clients.providing.rules import Asked, refusal_of
from wissel.clients.providing.storing.records import PreparedDossier
from wissel.clients.providing.storing.store import PreparedStore
from wissel.clients.statements.system_keys import OwnKey
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    PupilNumber,
    number_behind,
    session_secret,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dossier is meant: a link key, or a search key with the secret that it was made by."""

    source: Address
    kind: Kind
    key: bytes | UUID = field(repr=False)
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is answered: a dossier, or why not; a refusal may be about a dossier too."""

    dossier: PreparedDossier | None
    refusal: Reason | None


def secret_of(own: OwnKey, session_id: UUID, requester: KeyOf, public_key: bytes) -> bytes:
    """Return the secret of a session, as its source makes it."""
    source = KeyOf(system_id=own.said.system_id, key_id=own.said.key_id)
    return session_secret(own.private, public_key, session_id, source, requester)


def find(store: PreparedStore, wanted: Wanted, asked: Asked, today: dt.date) -> Choice:
    """Return what is answered to a requester today; each pupil of the school is looked at."""
    brin = wanted.source.organisation
    if not isinstance(brin, Brin):
        return Choice(dossier=None, refusal=Reason.DOSSIER_NOT_FOUND)
    found = _behind(store, wanted, brin)
    return choose(given_at(found, wanted.source.routing_key, today), asked)


def choose(dossiers: Iterable[PreparedDossier], asked: Asked) -> Choice:
    """Return the first dossier that the requester gets, or else why it does not get the first.

    Those that are given go before those that are held back, those of the delivery point
    itself before those of the whole school, and then the newest.
    """
    ordered = sorted(dossiers, key=lambda each: each.prepared, reverse=True)
    ordered.sort(key=lambda each: (each.held, each.routing_key is None))
    choices = [Choice(dossier=each, refusal=refusal_of(each.offered, asked)) for each in ordered]
    given = (choice for choice in choices if choice.refusal is None)
    nothing = Choice(dossier=None, refusal=refusal_of(None, asked))
    return next(given, next(iter(choices), nothing))


def given_at(
    dossiers: Iterable[PreparedDossier], routing_key: RoutingKey | None, today: dt.date
) -> list[PreparedDossier]:
    """Return those of some dossiers that a delivery point of their school gives on a day."""
    return [
        each for each in dossiers if each.routing_key in {None, routing_key} and each.until >= today
    ]


def is_behind(secret: bytes, key: bytes, numbers: Iterable[PupilNumber]) -> bool:
    """Whether a search key stands for one of these numbers."""
    return number_behind(secret, key, numbers) is not None


def _behind(store: PreparedStore, wanted: Wanted, brin: Brin) -> list[PreparedDossier]:
    if isinstance(wanted.key, UUID):
        return store.of_link(brin, wanted.kind, wanted.key)
    numbers = store.numbers_of(brin, wanted.kind)
    number = number_behind(wanted.secret, wanted.key, numbers)
    return [] if number is None else store.of_pupil(brin, wanted.kind, number)
