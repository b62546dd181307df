"""Routes, refusals and steps as they are answered."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from wissel.routing.deciding.decision import Outcome, Refusal, Route, Step
from wissel.routing.facts import DeliveryContract
from wissel.routing.refusals.catalogue import Language, Text, describe
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Oin,
    ServiceCode,
    SystemId,
)
from wissel.server.rpc.requests.messages import contract_message
from wissel.server.rpc.requests.parsing import day_text
from wissel.traffic.v1 import route_service_pb2 as pb

_PASSED: Final[Mapping[str, tuple[str, str]]] = {
    "SERVICE": ("The service is known.", "De dienst is bekend."),
    "VERSION": ("The service has such a version.", "De dienst heeft zo'n versie."),
    "KNOWN": ("It is known in the register.", "Zij staat in het register."),
    "OPEN": ("It is open.", "Zij is open."),
    "SECTOR": ("No sector keeps it from the service.", "Geen sector houdt haar van de dienst af."),
    "SYSTEM": ("A system may send for it.", "Een systeem mag namens haar verzenden."),
    "MANDATE": ("There is a mandate in force.", "Er is een geldig mandaat."),
    "AGREEMENTS": ("The agreements are signed.", "De overeenkomsten zijn getekend."),
    "PROCESSED": (
        "The owner of the service is not waited for.",
        "Op de eigenaar van de dienst wordt niet gewacht.",
    ),
    "QUALIFIED": ("The system is qualified.", "Het systeem is gekwalificeerd."),
    "ROLLOUT": ("The gates are open for it.", "De aansluiting staat ervoor open."),
    "ENDPOINT": ("There is one endpoint.", "Er is precies een endpoint."),
    "RESUMED": ("The endpoint takes messages.", "Het endpoint neemt berichten aan."),
    "CONNECTED": ("It can receive.", "Zij kan ontvangen."),
}
_SKIPPED: Final = ("Not looked at.", "Niet bekeken.")


def route_message(route: Route) -> pb.Route:
    """Return a route as it is answered."""
    return route_response(route).route


def route_response(route: Route) -> pb.ResolveRouteResponse:
    """Return the answer that holds a route.

    What it has in common with the routes to other endpoints is written out once
    and copied (ADR 8): 3.8 µs instead of 5.7, timed on one route.
    """
    endpoint = route.endpoint
    response = pb.ResolveRouteResponse()
    response.CopyFrom(
        _common(
            endpoint.url,
            route.receiver_oin,
            route.receiver.system.system_id,
            route.service,
            route.version,
            endpoint.aanleverpunt,
            route.valid_until,
            endpoint.contract,
        )
    )
    message = response.route
    message.endpoint_id = endpoint.endpoint_id_text
    message.routing_key = endpoint.routing_key
    message.vestiging = endpoint.vestiging or ""
    message.registry_revision = route.revision
    if route.test:
        message.test = True
    return response


@lru_cache(maxsize=16_384)
def _common(  # noqa: PLR0913, PLR0917 - all that many routes have in common
    url: str,
    receiver_oin: Oin,
    system_id: SystemId,
    service: ServiceCode,
    version: Namespace,
    aanleverpunt: Aanleverpunt | None,
    valid_until: dt.date | None,
    contract: DeliveryContract,
) -> pb.ResolveRouteResponse:
    route = pb.Route(
        url=url,
        receiver_oin=receiver_oin,
        system_id=system_id,
        service=service,
        service_version=version,
        aanleverpunt=aanleverpunt or "",
        valid_until=day_text(valid_until),
        delivery_contract=contract_message(contract),
    )
    return pb.ResolveRouteResponse(route=route)


def refusal_message(reason: Reason, metadata: Mapping[str, str], language: str) -> pb.RouteRefusal:
    """Return why there is no route; `text` has the fix too. `language` is `en` or `nl`."""
    text = describe(reason, metadata, _language(language))
    return pb.RouteRefusal(
        reason=reason, text=f"{text.sentence} {text.fix}", metadata=dict(metadata)
    )


def refusal_text(refusal: Refusal, language: str) -> Text:
    """Return the words for a refusal, and who of which side can take the fix."""
    return describe(refusal.reason, refusal.metadata, _language(language), refusal.side)


def fix_message(refusal: Refusal, language: str) -> pb.Fix:
    """Return the fix of a refusal: what to do, who can do it, and whom to ask."""
    text = refusal_text(refusal, language)
    return pb.Fix(text=text.fix, owner=text.owner, contact=text.contact)


def step_message(step: Step, language: str) -> pb.Step:
    """Return one step of an explanation."""
    return pb.Step(
        rule=step.rule,
        outcome=step.outcome,
        reason=step.reason or "",
        text=_step_text(step, _language(language)),
        facts=dict(step.facts),
    )


def _step_text(step: Step, language: Literal["en", "nl"]) -> str:
    if step.reason is not None:
        return describe(step.reason, step.facts, language, step.side).sentence
    if step.outcome is Outcome.SKIPPED:
        words = _SKIPPED
    else:
        words = _PASSED.get(step.rule.rpartition("_")[2], ("", ""))
    return words[1] if language == "nl" else words[0]


def _language(language: str) -> Language:
    return "nl" if language == "nl" else "en"
