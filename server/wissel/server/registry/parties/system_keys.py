"""Keys of systems, in their vendors' signed words (design.md#search-keys, ADR 40)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from operator import attrgetter
from uuid import UUID

from wissel.routing.exchange.fetching.system_keys import MOST_KEYS
from wissel.routing.facts import Mandate, Service, System, SystemKey
from wissel.routing.facts.keys import key_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.registry.finding import no_system
from wissel.server.registry.listing import Part, list_part
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.rules.mandates import has_ended, provides_on


async def register_system_key(transaction: Transaction, key: SystemKey, own: Oin) -> SystemKey:
    """Record a key whose statement `own` signed, and return it.

    1. Its system is one for which the certificate of `own` acts: SYSTEM_NOT_FOUND.
    2. Its id is new to the system: SYSTEM_KEY_REUSED. The same key again changes
       nothing, and what was signed first stays.
    3. It has not ended: SYSTEM_KEY_INVALID.
    4. With it the system has at most `MOST_KEYS` that have not: SYSTEM_KEYS_EXCEEDED.
    """
    # 1.
    system = await transaction.get(System, key.system_id)
    if system is None or system.acting_oin != own:
        raise no_system(key.system_id)
    # 2.
    known = await transaction.get(SystemKey, key_of(key))
    if known is not None:
        if replace(key, statement=known.statement) == known:
            return known
        raise Refused(Reason.SYSTEM_KEY_REUSED, key_id=str(key.key_id))
    # 3.
    if key.end <= transaction.now:
        raise Refused(Reason.SYSTEM_KEY_INVALID, problem="it has ended", at="end_time")
    # 4.
    others = await transaction.find(SystemKey, system_id=key.system_id)
    if sum(not each.has_ended(transaction.now) for each in others) >= MOST_KEYS:
        raise Refused(Reason.SYSTEM_KEYS_EXCEEDED, system_id=key.system_id, limit=str(MOST_KEYS))
    await transaction.put(key)
    return key


async def end_system_key(
    transaction: Transaction, system_id: SystemId, key_id: UUID, own: Oin
) -> SystemKey:
    """Take a key back from now on, and return it.

    Its system is one for which the certificate of `own` acts, and has such a key:
    SYSTEM_NOT_FOUND, SYSTEM_KEY_NOT_FOUND. One that has ended stays as it is. It keeps
    its id, and is never shown again but for moments before its end.
    """
    system = await transaction.get(System, system_id)
    if system is None or system.acting_oin != own:
        raise no_system(system_id)
    found = await transaction.find(SystemKey, system_id=system_id, key_id=str(key_id))
    if not found:
        raise Refused(Reason.SYSTEM_KEY_NOT_FOUND, key_id=str(key_id))
    (key,) = found
    ended = key if key.has_ended(transaction.now) else replace(key, ended=transaction.now)
    await transaction.put(ended)
    return ended


async def require_forwarding(
    snapshot: Snapshot, systems: Collection[SystemId], today: dt.date
) -> None:
    """Return if one of these systems has a mandate for a service that the hub forwards.

    One that is to begin counts, one that has ended does not, unless its system may still
    provide what it has prepared (R3). Raises
    `Refused(FORWARDING_NOT_MANDATED)`.
    """
    forwarded = tuple(each.code for each in await snapshot.find(Service) if each.forwardable)
    found = await list_part(
        snapshot,
        Mandate,
        Part(after="", limit=1, pinned=snapshot.revision),
        {"system_id": tuple(sorted(systems)), "service": forwarded},
        keep=lambda mandate: not has_ended(mandate, today) or provides_on(mandate, today),
    )
    if not found.items:
        raise Refused(Reason.FORWARDING_NOT_MANDATED)


async def keys_of(
    snapshot: Snapshot,
    moment: dt.datetime,
    *,
    systems: Collection[SystemId] = (),
    ids: Collection[UUID] = (),
) -> list[SystemKey]:
    """Return the keys that may be used at a moment, in order of system.

    They are those of some systems, or those with some ids. Of one system the key comes
    first that ends last: that is the one to use.
    """
    where = {"key_id": tuple(map(str, ids))} if ids else {"system_id": tuple(systems)}
    found = await snapshot.find(SystemKey, **where)
    held = [each for each in found if each.holds_at(moment)]
    held.sort(key=attrgetter("end"), reverse=True)
    return sorted(held, key=attrgetter("system_id"))
