"""The catalogue of services: what ships, and what of it is current."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from wissel.routing.facts import Mandate, Service, ServiceVersion
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Namespace
from wissel.server.registry.ports import Transaction
from wissel.server.registry.shipped import EARLIER_AGREEMENTS, EARLIER_SECTORS, SERVICES


async def seed(transaction: Transaction) -> None:
    """Record the shipped services, and what they have that the register does not have yet.

    What is there stays as it is: operators may have changed it since.
    """
    known = {service.code: service for service in await transaction.find(Service)}
    for shipped in SERVICES:
        service = completed(known.get(shipped.code, shipped), shipped)
        if service.board_agreements == EARLIER_AGREEMENTS.get(service.code):
            service = await _with_new_agreements(transaction, service, shipped)
        await transaction.put(service)


async def _with_new_agreements(
    transaction: Transaction, service: Service, shipped: Service
) -> Service:
    """Return a service that asks what it ships with, unless that would stop a mandate for it."""
    given = await transaction.page(
        Mandate, after="", limit=1, pinned=transaction.revision, service=service.code
    )
    return service if given else replace(service, board_agreements=shipped.board_agreements)


def completed(service: Service, shipped: Service) -> Service:
    """Return a service with what is shipped of it and an earlier version did not know.

    Those are versions, aliases, `processing_days` and evidence where it says none, and
    sectors where they are as they shipped before.
    """
    earlier = service.sectors == EARLIER_SECTORS.get(service.code)
    return replace(
        with_new_versions(service, shipped.versions),
        aliases=tuple(dict.fromkeys((*service.aliases, *shipped.aliases))),
        processing_days=service.processing_days or shipped.processing_days,
        sectors=shipped.sectors if earlier else service.sectors,
        evidence=service.evidence or shipped.evidence,
    )


def with_new_versions(service: Service, shipped: Sequence[ServiceVersion]) -> Service:
    """Return the service with those shipped versions added that it lacks, oldest first."""
    known = {version.namespace for version in service.versions}
    added = [version for version in shipped if version.namespace not in known]
    versions = sorted((*service.versions, *added), key=attrgetter("period.start", "namespace"))
    return replace(service, versions=tuple(versions))


def usable_version(service: Service, asked: Namespace | None, day: dt.date) -> Namespace:
    """Return the version under which an endpoint that begins on `day` receives.

    The one asked for, as long as it has not been retired before that day; or
    the latest that is active on that day, of two that began together the first by
    name. `Refused(SERVICE_VERSION_NOT_FOUND)` if there is none.
    """
    lasting = [
        version
        for version in service.versions
        if version.active and (version.period.end is None or version.period.end >= day)
    ]
    if asked is None:
        usable = [version for version in lasting if version.period.contains(day)]
    else:
        usable = [version for version in lasting if version.namespace == asked]
    if not usable:
        raise Refused(
            Reason.SERVICE_VERSION_NOT_FOUND,
            field="service_version",
            service=service.code,
            version=asked or "",
        )
    return max(usable, key=attrgetter("period.start")).namespace
