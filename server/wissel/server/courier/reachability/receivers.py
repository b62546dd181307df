"""Which receivers are pinged: those to which the register's endpoints lead."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, zip_longest
from typing import Final

from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import Observation, Receiver
from wissel.server.courier.receivers.addresses import HostPort

MOST_OF_ONE: Final = 256
"""How many receivers of one party are pinged; nothing is known of more."""


def receiver_at(url: str, oin: Oin) -> Receiver:
    """Return the receiver with an OIN at an endpoint's URL."""
    where = HostPort.of(url)
    return Receiver(where.host, where.port, oin)


def receivers_of(table: Table, on: dt.date) -> set[Receiver]:
    """Return the receivers to which endpoints in force on a day lead.

    Those of services that the hub does not forward are reached in other ways. It looks
    at every organisation, so it belongs in a thread.
    """
    versions = {
        (each.fact.code, version.namespace)
        for each in table.reference.services.values()
        if each.fact.forwardable
        for version in each.fact.versions
    }
    found: set[tuple[str, Oin]] = set()
    for organisation in table.organisations():
        for version in versions:
            for endpoint in organisation.endpoints_in_force(version, on):
                system = table.system(endpoint.mandate.system_id)
                if system is not None:
                    found.add((endpoint.url, system.acting_oin))
    return {receiver_at(url, oin) for url, oin in found}


def in_turn(receivers: Collection[Receiver]) -> list[Receiver]:
    """Return the receivers that are pinged, in order: of one party the first by name, at most.

    Parties take turns, so that the many receivers of one hold up no other.
    """
    of_party: defaultdict[Oin, list[Receiver]] = defaultdict(list)
    for receiver in sorted(receivers):
        of_party[receiver.oin].append(receiver)
    chosen = (each[:MOST_OF_ONE] for _, each in sorted(of_party.items()))
    turns = chain.from_iterable(zip_longest(*chosen))
    return [receiver for receiver in turns if receiver is not None]


def not_yet_pinged(
    receivers: Iterable[Receiver],
    known: Mapping[Receiver, Observation],
    since: dt.datetime,
    now: dt.datetime,
) -> list[Receiver]:
    """Return the receivers that were not looked at since a round began, nor after `now`.

    What was looked at later than now was so by a clock that was ahead.
    """
    return [
        receiver
        for receiver in receivers
        if receiver not in known or not since <= known[receiver].checked <= now
    ]
