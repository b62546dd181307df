"""`wissel endpoint`: where messages for a school go."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, organisation, period, reach, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.register.mandates import Etag, Moment, Now, moment
from wissel.clients.cli.session import session_of
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.routing.values.identifiers import Oin, RoutingKey

app = typer.Typer(help="Endpoints: where messages go.", no_args_is_help=True)
_ENTRY: Final[list[Column]] = [
    ("ID", "endpoint_id"),
    ("ROUTING KEY", "routing_key"),
    ("VESTIGING", "vestiging"),
    ("AANLEVERPUNT", "aanleverpunt"),
    ("ATTRIBUTE", "attribute"),
    ("URL", "url"),
    ("PERIOD", period),
]
_ENDPOINT: Final[list[Column]] = [
    _ENTRY[0],
    ("ORGANISATION", organisation),
    ("SERVICE", "service"),
    *_ENTRY[1:],
    ("STATUS", "status"),
    ("REACHED", reach),
]


@app.command()
def register(
    context: typer.Context,
    mandate: Annotated[str, typer.Argument(help="id of your mandate")],
    routing_key: Annotated[str, typer.Option(help="routeringskenmerk, 20 characters")],
    url: Annotated[str, typer.Option(help="https://host[:port]")],
    vestiging: Annotated[str, typer.Option(help="02 or 99XA02; by default the school")] = "",
    aanleverpunt: Annotated[str, typer.Option(help="such as 2")] = "",
    attribute: Annotated[str, typer.Option(help="LAS, SWV, OT or LDOS")] = "",
    version: Annotated[str, typer.Option(help="namespace; by default the latest")] = "",
    start: Annotated[str, typer.Option(help="first day")] = "",
    end: Annotated[str, typer.Option(help="last day; by default none")] = "",
    max_payload_bytes: Annotated[int, typer.Option(min=0, help="0: the hub's maximum")] = 0,
    dry_run: DryRun = False,
) -> None:
    """Register where your system receives messages under a mandate."""
    session = session_of(context)
    request = pb.RegisterEndpointRequest(
        mandate_id=mandate,
        routing_key=routing_key,
        url=url,
        vestiging=vestiging,
        aanleverpunt=aanleverpunt,
        attribute=attribute,
        service_version=version,
        start_date=start,
        end_date=end,
        validate_only=dry_run,
    )
    if max_payload_bytes:
        request.delivery_contract.max_payload_bytes = max_payload_bytes
    done = session.call(lambda c: EndpointServiceStub(c).RegisterEndpoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command("list")
def list_endpoints(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")] = "",
    service: Annotated[str, typer.Option(help="only for this service")] = "",
    mandate: Annotated[str, typer.Option(help="only under this mandate")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="ended ones too")] = False,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="only extra aanleverpunten that wait for approval")
    ] = False,
    limit: Limit = 1000,
) -> None:
    """List endpoints in order of id: a vendor's own, an operator's all."""
    session = session_of(context)
    request = pb.ListEndpointsRequest(
        service=service,
        mandate_id=mandate,
        include_ended=ended,
        awaiting_approval_only=waiting,
        **named(organisation),
    )
    found = collect(
        session,
        lambda c: EndpointServiceStub(c).ListEndpoints,
        request,
        lambda page: page.endpoints,
        limit,
    )
    show_all(session, found, _ENDPOINT)


@app.command("show")
def show_endpoint(context: typer.Context, endpoint: str) -> None:
    """Show an endpoint."""
    session = session_of(context)
    request = pb.GetEndpointRequest(endpoint_id=endpoint)
    show(session, session.call(lambda c: EndpointServiceStub(c).GetEndpoint, request).endpoint)


@app.command("end")
def end_endpoint(
    context: typer.Context,
    endpoint: str,
    on: Moment = "",
    immediately: Now = False,
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """End an endpoint after a day, or immediately."""
    session = session_of(context)
    request = pb.EndEndpointRequest(
        endpoint_id=endpoint, etag=etag, validate_only=dry_run, **moment(on, immediately)
    )
    done = session.call(lambda c: EndpointServiceStub(c).EndEndpoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command("update")
def update_endpoint(
    context: typer.Context,
    endpoint: str,
    url: Annotated[str | None, typer.Option(help="another https://host[:port]")] = None,
    vestiging: Annotated[
        str | None, typer.Option(help="02 or 99XA02; '' for the whole school")
    ] = None,
    aanleverpunt: Annotated[
        str | None, typer.Option(help="such as 2; '' for that of the vestiging")
    ] = None,
    attribute: Annotated[str | None, typer.Option(help="LAS, SWV, OT or LDOS")] = None,
    start: Annotated[str | None, typer.Option(help="another first day, if it is to come")] = None,
    end: Annotated[str | None, typer.Option(help="another last day; '' lets it last")] = None,
    max_payload_bytes: Annotated[
        int | None, typer.Option(min=0, help="0: the hub's maximum")
    ] = None,
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """Change an endpoint; what is not said stays as it is."""
    session = session_of(context)
    request = pb.UpdateEndpointRequest(
        endpoint_id=endpoint,
        url=url,
        vestiging=vestiging,
        aanleverpunt=aanleverpunt,
        attribute=attribute,
        start_date=start,
        end_date=end,
        etag=etag,
        validate_only=dry_run,
    )
    if max_payload_bytes is not None:
        known = session.call(
            lambda c: EndpointServiceStub(c).GetEndpoint,
            pb.GetEndpointRequest(endpoint_id=endpoint),
        ).endpoint
        request.delivery_contract.CopyFrom(known.delivery_contract)
        request.delivery_contract.max_payload_bytes = max_payload_bytes
    done = session.call(lambda c: EndpointServiceStub(c).UpdateEndpoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command()
def approve(
    context: typer.Context, endpoint: str, etag: Etag = "", dry_run: DryRun = False
) -> None:
    """Let an extra aanleverpunt, from 100 on, into routes; needs --reason."""
    session = session_of(context)
    request = pb.ApproveDeliveryPointRequest(endpoint_id=endpoint, etag=etag, validate_only=dry_run)
    done = session.call(lambda c: EndpointServiceStub(c).ApproveDeliveryPoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command("suggest-key")
def suggest_key(
    context: typer.Context,
    mandate: Annotated[str, typer.Argument(help="id of your mandate")],
) -> None:
    """Suggest a routing key that no endpoint of the school has had; nothing keeps it free."""
    session = session_of(context)
    request = pb.SuggestRoutingKeyRequest(mandate_id=mandate)
    done = session.call(lambda c: EndpointServiceStub(c).SuggestRoutingKey, request)
    show(session, done, [("ROUTING KEY", "routing_key")])


@app.command()
def suspend(
    context: typer.Context, endpoint: str, etag: Etag = "", dry_run: DryRun = False
) -> None:
    """Close an endpoint for traffic: messages are refused, never sent elsewhere."""
    session = session_of(context)
    request = pb.SuspendEndpointRequest(endpoint_id=endpoint, etag=etag, validate_only=dry_run)
    done = session.call(lambda c: EndpointServiceStub(c).SuspendEndpoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command()
def resume(context: typer.Context, endpoint: str, etag: Etag = "", dry_run: DryRun = False) -> None:
    """Open it again."""
    session = session_of(context)
    request = pb.ResumeEndpointRequest(endpoint_id=endpoint, etag=etag, validate_only=dry_run)
    done = session.call(lambda c: EndpointServiceStub(c).ResumeEndpoint, request)
    show_outcome(session, done, "endpoint", _ENDPOINT)


@app.command()
def lookup(
    context: typer.Context,
    whose: Annotated[str, typer.Argument(help="BRIN, samenwerkingsverband, OIN or routing key")],
    service: Annotated[str, typer.Argument(help="may be left out with --version")] = "",
    version: Annotated[str, typer.Option(help="namespace; by default every version")] = "",
    attribute: Annotated[str, typer.Option(help="only with this attribute")] = "",
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    future: Annotated[bool, typer.Option("--future", help="those that start later too")] = False,
) -> None:
    """Look up where a school receives messages, as in a telephone book."""
    session = session_of(context)
    request = pb.LookupEndpointsRequest(
        service=service,
        service_version=version,
        attribute=attribute,
        on_date=on,
        include_future=future,
    )
    for field, value in _key(whose).items():
        setattr(request, field, value)
    found = session.call(lambda c: EndpointServiceStub(c).LookupEndpoints, request)
    show_all(session, found.endpoints, _ENTRY)


def _key(whose: str) -> Mapping[str, str]:
    """Return the field for a routing key, an OIN (a key of zeros alone), or an organisation."""
    if not RoutingKey.pattern.fullmatch(whose):
        return {name: str(value) for name, value in named(whose).items()}
    reserved = RoutingKey(whose).reserved_for(Oin(whose))
    return {"oin" if reserved else "routing_key": whose}
