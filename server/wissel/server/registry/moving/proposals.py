"""What vendors may register endpoints with for the aanleverpunten of Mijn OSO (R9)."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from wissel.routing.facts import Attribute, Endpoint, School, System
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import (
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)
from wissel.server.registry.mandates.checks import Giver
from wissel.server.registry.moving.lines import AanleverpuntLine, Proposal
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.registry.rules.routing_keys import free_key


class Proposals:
    """Proposes a routing key for each aanleverpunt, the same one for all its services.

    `endpoints` are all that the organisations of the lines have or had, `on` the day on
    which a vestiging must be open.
    """

    def __init__(
        self,
        lines: Sequence[AanleverpuntLine],
        endpoints: Mapping[Organisation, Sequence[Endpoint]],
        on: dt.date,
    ) -> None:
        self._endpoints = endpoints
        self._on = on
        self._keys: dict[tuple[Organisation, str, SystemId], RoutingKey] = {}
        self._had = {
            organisation: {each.routing_key for each in some}
            for organisation, some in endpoints.items()
        }
        places = {
            (each.organisation, each.number)
            for each in lines
            if each.active and each.attribute is Attribute.LAS and not each.number.extra
        }
        self._places = Counter(organisation for organisation, _ in places)

    def of(
        self,
        line: AanleverpuntLine,
        giver: Giver,
        system: System,
        services: Sequence[ServiceCode],
    ) -> tuple[Proposal | None, str]:
        """Return what its vendor may register an endpoint with, or why it cannot yet.

        Both are empty without a service. The key is that of the endpoint that it has for
        one of the services, or else the lowest that is free.
        """
        if not services:
            return None, ""
        vestiging, problem = self._place(line, giver)
        if problem:
            return None, problem
        own = [
            each
            for each in self._endpoints.get(line.organisation, ())
            if each.system_id == system.system_id
            and each.service in services
            and not has_ended(each, self._on)
            and _is_of(each, line)
        ]
        at = line.organisation, line.number, system.system_id
        try:
            key = own[0].routing_key if own else self._keys.get(at) or self._free(line, giver)
        except Refused:
            return None, "no routing key is left"
        self._keys[at] = key
        registered = {each.service for each in own} == set(services)
        return Proposal(routing_key=key, vestiging=vestiging, registered=registered), ""

    def _free(self, line: AanleverpuntLine, giver: Giver) -> RoutingKey:
        oin = giver.brin.oin if isinstance(giver, School) else giver.oin
        had = self._had.setdefault(line.organisation, set())
        key = free_key(oin, line.organisation, had)
        had.add(key)
        return key

    def _place(self, line: AanleverpuntLine, giver: Giver) -> tuple[Vestiging | None, str]:
        """Return the vestiging of an aanleverpunt: none where one serves the whole school."""
        if line.number.extra or not isinstance(giver, School):
            return None, ""
        vestiging = Vestiging(f"{giver.brin}{int(line.number):02}")
        there = {
            each.vestiging
            for each in giver.locations
            if each.closed is None or each.closed >= self._on
        }
        if vestiging not in there:
            return None, f"no open vestiging {vestiging}"
        whole = self._places[line.organisation] == 1 or line.attribute is not Attribute.LAS
        return None if whole else vestiging, ""


def _is_of(endpoint: Endpoint, line: AanleverpuntLine) -> bool:
    """Whether an endpoint is that of an aanleverpunt, by its number or its vestiging."""
    if endpoint.aanleverpunt is not None or line.number.extra:
        return endpoint.aanleverpunt == line.number
    return endpoint.vestiging is None or endpoint.vestiging.number == int(line.number)
