"""What closes each gap, and how things would stand then."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Permission, Refusal, Route
from wissel.routing.deciding.gaps.suppositions import (
    NEVER,
    SOME_KEY,
    SOME_SYSTEM,
    SOME_VERSION,
    Supposition,
    agreement,
    ident,
    some_system,
)
from wissel.routing.deciding.locate import meant
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import ANYBODY, Selection
from wissel.routing.facts import (
    AgreementKind,
    Attribute,
    Endpoint,
    Fact,
    Mandate,
    Processing,
    Qualification,
    RolloutStage,
    ServiceVersion,
)
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.catalogue.entry import Action
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Oin,
    SystemId,
    Vestiging,
)


def suppose_fixed(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition | None:
    """Return how things would stand if what a refusal tells of were closed; None if nobody can.

    Only the day that is asked about counts, so what is supposed is there from it on.
    """
    return _FIXES[CATALOGUE[refusal.reason].action](now, refusal, on)


def _elsewhere(now: Supposition, refusal: Refusal, _on: dt.date) -> Supposition | None:
    """Suppose that somebody asks who may; of what was asked for itself nothing is known."""
    return _receiving_alone(now) if refusal.side is Side.SENDER else None


def _receiving_alone(now: Supposition) -> Supposition:
    """Suppose that anybody asks, so that what is missing at the receiver is still found."""
    return now.asking(now.query._replace(asker=ANYBODY, sender=None))


def _registered(now: Supposition, refusal: Refusal, _on: dt.date) -> Supposition | None:
    """Suppose that a receiver has a vestiging; of one that is not known nothing is known."""
    if refusal.side is Side.SENDER:
        return _receiving_alone(now)
    vestiging = refusal.metadata.get("vestiging")
    if vestiging is None:
        return None
    return now.open(now.query.receiver, Vestiging(vestiging))


def _reopened(now: Supposition, refusal: Refusal, _on: dt.date) -> Supposition:
    return now.open(now.side(refusal.side).code)


def _serving(now: Supposition, _refusal: Refusal, _on: dt.date) -> Supposition:
    return now.having(replace(now.service.fact, sectors=()))


def _activated(now: Supposition, _refusal: Refusal, on: dt.date) -> Supposition:
    """Suppose that the version that is asked for may be used, the latest, or else some version."""
    service = now.service.fact
    latest = (version.namespace for version in now.service.versions)
    namespace = now.query.version or next(latest, SOME_VERSION)
    others = tuple(each for each in service.versions if each.namespace != namespace)
    usable = ServiceVersion(namespace=namespace, period=Period(on))
    changed = replace(service, versions=(*others, usable))
    return now.having(changed, made=(SOME_VERSION,), version=str(namespace))


def _signed(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition:
    text = refusal.metadata["signatory"]
    vendor = refusal.reason is Reason.VENDOR_AGREEMENT_MISSING
    signatory = Oin(text) if vendor else BoardNumber(text)
    return now.having(agreement(signatory, AgreementKind(refusal.metadata["agreement"]), on))


def _mandated(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition:
    """Suppose a mandate to the system that would send, or to some system that may receive."""
    service, giver = now.service, now.side(refusal.side)
    named = refusal.metadata.get("system_id")
    facts: list[Fact] = []
    if named is None:
        facts += some_system(service, on)
    waits = Processing.AWAITING if service.fact.processed_by_owner else Processing.NOT_REQUIRED
    mandate = Mandate(
        mandate_id=ident("mandate", giver.code, refusal.side),
        organisation=giver.code,
        service=service.code,
        system_id=SystemId(named) if named else SOME_SYSTEM,
        period=Period(on),
        processing=waits,
        created=NEVER,
    )
    return now.having(*facts, mandate, made=(mandate.mandate_id, SOME_SYSTEM))


def _processed(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition | None:
    service, giver = now.service, now.side(refusal.side)
    for mandate in giver.mandates_in_force(service.code, on):
        if str(mandate.mandate_id) == refusal.metadata["mandate_id"]:
            return now.having(
                Mandate(
                    mandate_id=mandate.mandate_id,
                    organisation=giver.code,
                    service=service.code,
                    system_id=mandate.system_id,
                    period=Period(on),
                    processing=Processing.PROCESSED,
                    created=NEVER,
                )
            )
    return None


def _qualified(now: Supposition, refusal: Refusal, _on: dt.date) -> Supposition | None:
    """Suppose that a system is qualified; of one that is not registered nothing is known."""
    known = _qualification(now, refusal)
    return None if known is None else now.having(replace(known, qualified=True, since=None))


def _let_through(now: Supposition, refusal: Refusal, _on: dt.date) -> Supposition | None:
    known = _qualification(now, refusal)
    if known is None:
        return None
    return now.having(replace(known, rollout=RolloutStage.OPEN, pilots=frozenset(), steps=()))


def _qualification(now: Supposition, refusal: Refusal) -> Qualification | None:
    named = refusal.metadata.get("system_id")
    acting = None if named is None else now.table.reference.acting(SystemId(named), now.service)
    return None if acting is None else acting.qualification


def _endpoint_registered(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition | None:
    """Suppose that there is the endpoint that is asked for, under the mandate that is nearest."""
    service, receiver, selection = now.service, now.side(refusal.side), now.query.selection
    mandates = receiver.mandates_in_force(service.code, on)
    if not mandates:
        return None
    may = [
        mandate
        for mandate in mandates
        if isinstance(
            may_act(now.table, receiver.code, service.code, mandate.system_id, on), Permission
        )
    ]
    mandate = next(iter(may or mandates))
    version = next(
        each.namespace
        for each in service.versions
        if each.active_on(on) and now.query.version in (None, each.namespace)
    )
    endpoint = Endpoint(
        endpoint_id=ident("endpoint", receiver.code),
        mandate_id=mandate.mandate_id,
        organisation=receiver.code,
        service=service.code,
        system_id=mandate.system_id,
        version=version,
        routing_key=selection.routing_key or SOME_KEY,
        url="",
        attribute=Attribute.LAS if isinstance(receiver.code, Brin) else Attribute.SWV,
        period=Period(on),
        vestiging=selection.vestiging,
        aanleverpunt=selection.aanleverpunt,
    )
    return now.having(
        endpoint,
        made=(endpoint.endpoint_id, SOME_KEY),
        mandate_id=str(mandate.mandate_id),
        system_id=str(mandate.system_id),
    )


def _approved(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition | None:
    known = _endpoint(now, refusal, on)
    return None if known is None else now.having(known)


def _resumed(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition | None:
    known = _endpoint(now, refusal, on)
    return None if known is None else now.having(replace(known, suspended=False))


def _endpoint(now: Supposition, refusal: Refusal, on: dt.date) -> Endpoint | None:
    """Return the endpoint that a refusal names, as one that is approved."""
    service, receiver = now.service, now.side(refusal.side)
    known = receiver.endpoint(UUID(refusal.metadata["endpoint_id"]))
    if known is None:
        return None
    return Endpoint(
        endpoint_id=known.endpoint_id,
        mandate_id=known.mandate.mandate_id,
        organisation=receiver.code,
        service=service.code,
        system_id=known.mandate.system_id,
        version=known.version[1],
        routing_key=known.routing_key,
        url=known.url,
        attribute=known.attribute,
        period=Period(on),
        vestiging=known.vestiging,
        aanleverpunt=known.aanleverpunt,
        contract=known.contract,
        suspended=known.suspended,
    )


def _chosen(now: Supposition, refusal: Refusal, on: dt.date) -> Supposition:
    """Suppose that the asker names one of the endpoints: the first that leads anywhere."""
    service, receiver = now.service, now.side(refusal.side)
    version = next(
        each for each in service.versions if each.namespace == refusal.metadata["version"]
    )
    in_force = receiver.endpoints_in_force((service.code, version.namespace), on)
    choices = [
        now.query._replace(selection=Selection(routing_key=endpoint.routing_key))
        for endpoint in meant(receiver, in_force, now.query.selection)
    ]
    leading = (query for query in choices if isinstance(decide(now.table, query, on), Route))
    query = next(leading, None) or choices[0]
    return now.asking(query, routing_key=str(query.selection.routing_key))


_Fix = Callable[[Supposition, Refusal, dt.date], Supposition | None]
_FIXES: Final[Mapping[Action, _Fix]] = {
    Action.ASK_OTHERWISE: _elsewhere,
    Action.REGISTER_SCHOOL: _registered,
    Action.REOPEN_SCHOOL: _reopened,
    Action.SERVE_SECTOR: _serving,
    Action.ACTIVATE_VERSION: _activated,
    Action.SIGN_AGREEMENT: _signed,
    Action.GIVE_MANDATE: _mandated,
    Action.PROCESS_MANDATE: _processed,
    Action.QUALIFY_SYSTEM: _qualified,
    Action.OPEN_ROLLOUT: _let_through,
    Action.REGISTER_ENDPOINT: _endpoint_registered,
    Action.APPROVE_ENDPOINT: _approved,
    Action.RESUME_ENDPOINT: _resumed,
    Action.CHOOSE_ENDPOINT: _chosen,
    Action.CONNECT_RECEIVER: _elsewhere,
}
