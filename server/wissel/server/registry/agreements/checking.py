"""Whether a signatory has agreed to all that a service asks (R2)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from wissel.routing.facts import Agreement, AgreementKind, AgreementStatus, Service, Signatory
from wissel.routing.table.reference import required_agreements
from wissel.routing.table.spans import union
from wissel.routing.values.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredAgreement:
    """An agreement that a service asks.

    `since` is the first day from which it has been in force without a gap, None if it
    is not. `agreement` is then the offer that is open, if there is one.
    """

    kind: AgreementKind
    since: dt.date | None
    agreement: Agreement | None


def required_of(
    signatory: Signatory, service: Service, agreements: Iterable[Agreement], day: dt.date
) -> tuple[RequiredAgreement, ...]:
    """Return what a service asks of a signatory, with what there is of it on a day.

    `agreements` are those of the signatory. A service asks one thing of an
    organisation and another of a vendor.
    """
    vendor = isinstance(signatory, Oin)
    kinds = service.vendor_agreements if vendor else required_agreements(service)
    own = [each for each in agreements if each.counts_for(kinds)]
    return tuple(
        _required(kind, [each for each in own if each.kind is kind], day) for kind in kinds
    )


def _required(kind: AgreementKind, agreements: list[Agreement], day: dt.date) -> RequiredAgreement:
    spans = union((each.period.start, each.last_day) for each in agreements if each.concluded)
    since = next((start for start, end in spans if start <= day <= end), None)
    wanted = (
        (each for each in agreements if each.status is AgreementStatus.OFFERED)
        if since is None
        else (each for each in agreements if each.holds_on(day))
    )
    return RequiredAgreement(kind=kind, since=since, agreement=next(wanted, None))
