"""Finds who asked in vain for what lies ready now."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.providing.finding import given_at, is_behind, secret_of
from wissel.clients.providing.rules import Asked, refusal_of
from wissel.clients.providing.storing.records import PreparedDossier, RememberedRequest
from wissel.clients.providing.storing.requests import Requests
from wissel.clients.providing.storing.store import PreparedStore
from wissel.clients.statements.system_keys import KeyFolder, OwnKey
from wissel.routing.exchange.fetching.search_keys import KeyOf
from wissel.routing.values.days import day_of


def match(
    store: PreparedStore, requests: Requests, keys: KeyFolder, now: dt.datetime
) -> list[RememberedRequest]:
    """Return the requests that are answered by what is given since this was done last.

    A request whose private key is gone cannot be told from others, and is left.
    """
    found: list[RememberedRequest] = []
    own: dict[UUID, OwnKey | None] = {}
    today = day_of(now)
    for dossier in store.unmatched():
        waiting = requests.waiting(dossier.brin, dossier.kind, today)
        answered = list(_answered(dossier, waiting, keys, own, today))
        requests.matched(dossier, answered)
        found += answered
    return found


def delete_old_keys(requests: Requests, keys: KeyFolder, now: dt.datetime) -> None:
    """Delete one's own keys that have ended and that no session or request needs any more."""
    keys.delete_ended(now, requests.keys_in_use(now))


def _answered(
    dossier: PreparedDossier,
    waiting: list[RememberedRequest],
    keys: KeyFolder,
    own: dict[UUID, OwnKey | None],
    today: dt.date,
) -> Iterator[RememberedRequest]:
    for request in waiting:
        if not given_at([dossier], request.source.routing_key, today):
            continue
        if refusal_of(dossier.offered, Asked(requester=request.requester)) is not None:
            continue
        if request.source_key_id not in own:
            own[request.source_key_id] = _own_key(keys, request.source_key_id)
        key = own[request.source_key_id]
        if key is None:
            continue
        theirs = KeyOf(system_id=request.requester_system, key_id=request.requester_key_id)
        secret = secret_of(key, request.session_id, theirs, request.requester_public_key)
        if is_behind(secret, request.search_key, dossier.numbers):
            yield request


def _own_key(keys: KeyFolder, key_id: UUID) -> OwnKey | None:
    try:
        return keys.get(key_id)
    except StorageError:
        return None
