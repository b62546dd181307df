"""`wissel connect`: mandates are connected by themselves, as they are given."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.output import as_data, note, organisation, print_line, say
from wissel.clients.cli.session import Session, session_of
from wissel.clients.connecting.auto_connect import Connected
from wissel.clients.connecting.plan import DeliveryPoint, Keys
from wissel.clients.register import PAGE
from wissel.clients.transport.pages import Pages
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb
from wissel.routing.values.identifiers import Brin, Oin, Vestiging
from wissel.school.v1 import school_service_pb2 as school_pb
from wissel.school.v1.school_service_pb2_grpc import SamenwerkingsverbandServiceStub

SUFFIX_DIGITS: Final = 5
"""How many digits tell the delivery points of one organisation apart (R9)."""


def connect(
    context: typer.Context,
    service: Annotated[str, typer.Option(help="code, such as OSO_OV")],
    url: Annotated[str, typer.Option(help="https://host[:port] where you receive")],
    suffix: Annotated[
        str, typer.Option(help="last 5 digits of the routing key of each organisation")
    ],
    point: Annotated[
        list[str] | None,
        typer.Option(help="99XA02=00932: an endpoint of a vestiging, with its own last digits"),
    ] = None,
    place: Annotated[
        Path | None, typer.Option(help="file that keeps how far it is; by default in your home")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="connect what there is, and stop")] = False,
) -> None:
    """Register endpoints for your mandates by itself, and end those that lose theirs.

    It goes on until it is interrupted, and continues where it was when it is started again.
    A school with --point gets an endpoint for each of these vestigingen, any other one for
    all of it.
    """
    session = session_of(context)
    keys = RoutingKeys(session, _digits(suffix), _points(point or []))
    waiting = session.hub().auto_connect(
        service, url, keys, place=place, told=lambda done: _tell(session, done), once=once
    )
    if waiting:
        note(f"{waiting} mandates could not be connected")
        raise typer.Exit(1)


class RoutingKeys:
    """Gives the routing keys of mandates: each organisation's number with the same last digits.

    `points` has the delivery points of single vestigingen, by BRIN.
    """

    def __init__(
        self, session: Session, suffix: str, points: Mapping[str, Sequence[DeliveryPoint]]
    ) -> None:
        self._session = session
        self._suffix = suffix
        self._points = points
        self._swvs: Mapping[str, str] = {}

    async def __call__(self, mandate: mandate_pb.Mandate) -> Keys:
        """Return the routing key of a mandate, or its delivery points."""
        if mandate.brin:
            return self._points.get(mandate.brin) or _key_of(Brin(mandate.brin).oin, self._suffix)
        if mandate.swv not in self._swvs:
            self._swvs = await self._oins()
        oin = self._swvs.get(mandate.swv)
        return None if oin is None else _key_of(Oin(oin), self._suffix)

    async def _oins(self) -> Mapping[str, str]:
        """Return the OIN of each samenwerkingsverband."""
        hub = self._session.hub().asynchronous
        request = school_pb.ListSamenwerkingsverbandenRequest(page_size=PAGE)
        pages, found = Pages(), {}
        while True:
            page = await hub.call(
                lambda c: SamenwerkingsverbandServiceStub(c).ListSamenwerkingsverbanden, request
            )
            found.update({each.swv: each.oin for each in page.samenwerkingsverbanden})
            request.page_token = pages.after(page)
            if not request.page_token:
                return found


def _key_of(oin: Oin, suffix: str) -> str:
    """Return the routing key with these last digits; a samenwerkingsverband has room for fewer."""
    return oin.stem + suffix[len(oin.stem) - len(oin) :]


def _digits(text: str, option: str = "--suffix") -> str:
    """Return the last digits of a routing key; all zeros are the organisation's own number."""
    if len(text) != SUFFIX_DIGITS or not (text.isascii() and text.isdecimal()) or not int(text):
        message = f"{option} takes {SUFFIX_DIGITS} digits that are not all zero, such as 00931"
        raise typer.BadParameter(message)
    return text


def _points(texts: Iterable[str]) -> Mapping[str, Sequence[DeliveryPoint]]:
    """Return the delivery points that are written as `99XA02=00932`, by BRIN."""
    found: dict[str, list[DeliveryPoint]] = defaultdict(list)
    for text in texts:
        vestiging, _, suffix = text.partition("=")
        if not Vestiging.pattern.fullmatch(vestiging):
            message = f"--point {text!r}: write it as 99XA02=00932"
            raise typer.BadParameter(message)
        brin = Vestiging(vestiging).brin
        key = _key_of(brin.oin, _digits(suffix, "--point"))
        found[brin].append(DeliveryPoint(routing_key=key, vestiging=vestiging))
    return found


def _tell(session: Session, done: Connected) -> None:
    endpoint, refused, what = done.endpoint, done.refused, _what(done)
    if session.json:
        told = {"what": what, "mandate_id": done.mandate_id}
        more = as_data(endpoint) if endpoint else {"reason": refused.reason if refused else ""}
        print_line({**more, **told})
    elif endpoint is not None:
        say(
            f"{what:<10} {organisation(endpoint)} {endpoint.service} "
            f"{endpoint.routing_key} {endpoint.url} {endpoint.endpoint_id}"
        )
    else:
        say(f"{what:<10} mandate {done.mandate_id}: {refused}")


def _what(done: Connected) -> str:
    if done.refused is not None:
        return "WAITS"
    return "ENDED" if done.ended else "CONNECTED"
