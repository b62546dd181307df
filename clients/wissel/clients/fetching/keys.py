"""The search key of a pupil for one delivery point, by keys that are verified here (ADR 40)."""

import datetime as dt
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.identity import Material
from wissel.clients.statements.system_keys import KeyFolder, OwnKey, newest_key, verified_key
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as party_pb
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    PupilNumber,
    search_key,
    session_secret,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.traffic.v1 import transfer_service_pb2 as pb

_MOST_ASKED: Final = 20
"""Keys that ListSystemKeys is asked for at once."""

ListKeys = Callable[
    [party_pb.ListSystemKeysRequest], Coroutine[Any, Any, party_pb.ListSystemKeysResponse]
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointKey:
    """What is sent to one delivery point in the place of a number."""

    search_key: bytes = field(repr=False)
    source_key_id: str
    requester_key_id: str


async def own_key(
    folder: KeyFolder,
    system: SystemId | None,
    material: Material,
    hub_oin: Oin,
    now: dt.datetime,
    listed: ListKeys,
) -> OwnKey:
    """Return the key of one's own that is used at `now`: the one that ends last.

    It was made for this hub and `system`, and the hub shows it to the other side.
    Raises `StorageError` without one, and if `system` is None and there are keys of
    several systems.
    """
    found = [
        key
        for key in folder.listed()
        if key.said.hub_oin == hub_oin
        and key.said.start <= now < key.said.end
        and system in {None, key.said.system_id}
    ]
    found = sorted(found, key=lambda key: key.said.end)[-_MOST_ASKED:]
    systems = sorted({key.said.system_id for key in found})
    if len(systems) > 1:
        message = f"{folder.folder}: there are keys of {', '.join(systems)}; name the system"
        raise StorageError(message)
    request = party_pb.ListSystemKeysRequest(key_ids=[str(key.said.key_id) for key in found])
    shown = _ids((await listed(request)).keys, material, hub_oin, now) if found else set()
    for key in reversed(found):
        if key.said.key_id in shown:
            return key
    owner = f" of {system}" if system else ""
    message = (
        f"{folder.folder}: no key{owner} can be used now that the hub knows; "
        "make one with `wissel system key create`, and register it"
    )
    raise StorageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKeys:
    """Makes the search keys of a number, with one's own key, for sessions at one hub."""

    number: PupilNumber
    own: OwnKey
    trust: PathFinder = field(repr=False)
    hub_oin: Oin

    def of_point(
        self,
        point: pb.DeliveryPoint,
        session_id: UUID,
        keys: Iterable[dossier_pb2.Signed],
        now: dt.datetime,
    ) -> PointKey:
        """Return the search key for one delivery point of a session.

        `keys` are what the hub shows; only one counts that the OIN behind the delivery
        point signed for its system, and of these the one that ends last. Raises
        `wissel.routing.refusals.errors.Refused(SYSTEM_KEY_INVALID)` without one.
        """
        system_id = SystemId.parse(point.system_id, "system_id")
        owner = Oin.parse(point.system_oin, "system_oin")
        theirs = newest_key(keys, system_id, self.trust, owner, self.hub_oin, now)
        if theirs is None:
            problem = f"{system_id} has none that {owner} signed and that may be used now"
            raise Refused(Reason.SYSTEM_KEY_INVALID, problem=problem, at="keys")
        source = KeyOf(system_id=system_id, key_id=theirs.key_id)
        requester = KeyOf(system_id=self.own.said.system_id, key_id=self.own.said.key_id)
        secret = session_secret(self.own.private, theirs.public_key, session_id, source, requester)
        return PointKey(
            search_key=search_key(secret, self.number),
            source_key_id=str(source.key_id),
            requester_key_id=str(requester.key_id),
        )


def _ids(
    shown: Iterable[dossier_pb2.Signed], material: Material, hub_oin: Oin, now: dt.datetime
) -> set[UUID]:
    """Return the ids of keys of one's own among those that the hub shows."""
    ids = set()
    for each in shown:
        try:
            ids.add(verified_key(each, material.paths, material.oin, hub_oin, now).key_id)
        except Refused:
            continue
    return ids
