"""Routes, refusals and steps as they are answered."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.routing.deciding.decision import Outcome, Refusal, Route, Step
from wissel.routing.facts import DeliveryContract
from wissel.routing.refusals.catalogue import Language, Text, describe
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.compact import EndpointTerms, day_from
from wissel.routing.values.identifiers import Namespace, Oin, ServiceCode, SystemId
from wissel.server.rpc.requests.messages import contract_message
from wissel.server.rpc.requests.parsing import day_text
from wissel.traffic.v1 import route_service_pb2 as pb

_DEFAULT: Final = DeliveryContract()
_DEFAULT_MESSAGE: Final[endpoint_pb.DeliveryContract] = contract_message(_DEFAULT)

_PASSED: Final[Mapping[str, tuple[str, str]]] = {
    "SERVICE": ("The service is known.", "De dienst is bekend."),
    "VERSION": ("The service has such a version.", "De dienst heeft zo'n versie."),
    "KNOWN": ("It is known in the register.", "Zij staat in het register."),
    "OPEN": ("It is open.", "Zij is open."),
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

    What it has alike with others was written out once, and is copied.
    """
    receiver, place, receiver_oin, system_id, service, version, last_day, revision, *_ = route
    terms = receiver.endpoints[place]
    response = pb.ResolveRouteResponse()
    response.CopyFrom(_alike(terms, receiver_oin, system_id, service, version, last_day))
    message = response.route
    message.endpoint_id = receiver.endpoint_text(place)
    message.routing_key = receiver.routing_key(place)
    if terms.vestiging is not None:
        message.vestiging = receiver.vestiging(place) or ""
    message.registry_revision = revision
    return response


@lru_cache(maxsize=16_384)
def _alike(
    terms: EndpointTerms,
    receiver_oin: Oin,
    system_id: SystemId,
    service: ServiceCode,
    version: Namespace,
    last_day: int,
) -> pb.ResolveRouteResponse:
    contract = terms.contract
    route = pb.Route(
        url=terms.url,
        receiver_oin=receiver_oin,
        system_id=system_id,
        service=service,
        service_version=version,
        aanleverpunt=terms.aanleverpunt or "",
        valid_until=day_text(day_from(last_day)),
        delivery_contract=(
            _DEFAULT_MESSAGE if contract == _DEFAULT else contract_message(contract)
        ),
    )
    return pb.ResolveRouteResponse(route=route)


def refusal_message(reason: Reason, metadata: Mapping[str, str], language: str) -> pb.RouteRefusal:
    """Return why there is no route, with its fix in the same text."""
    text = describe(reason, metadata, _language(language))
    return pb.RouteRefusal(
        reason=reason, text=f"{text.sentence} {text.fix}", metadata=dict(metadata)
    )


def refusal_text(refusal: Refusal, language: str) -> Text:
    """Return the words for a refusal, with the side that it is up to."""
    return describe(refusal.reason, refusal.metadata, _language(language), refusal.side)


def fix_message(refusal: Refusal, language: str) -> pb.Fix:
    """Return the nearest thing that somebody can do, who can, and whom to ask."""
    text = refusal_text(refusal, language)
    return pb.Fix(text=text.fix, owner=text.owner, contact=text.contact)


def step_message(step: Step, language: str) -> pb.Step:
    """Return one rule that was looked at."""
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
