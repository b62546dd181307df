"""The rows of a file of endpoints: from cells to what is asked of the hub, and back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from google.protobuf.duration_pb2 import Duration

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.output import organisation
from wissel.clients.cli.tables.csv_files import Problems, Row, iso_day, read_csv
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import Attribute
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Namespace,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    uuid_in,
)

COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "MANDATE": ("MANDATE ID", "MANDAAT", "MANDATE TOKEN"),
    "BRIN": ("ORGANISATION", "ORGANISATIE", "BRIN NUMMER", "INSTELLINGSCODE", "SWV"),
    "SERVICE": ("DIENST", "SERVICE CODE"),
    "SYSTEM": ("SYSTEEM", "SYSTEM ID"),
    "SERVICE VERSION": ("VERSION", "NAMESPACE", "DIENSTVERSIE", "SERVICE VERSION NAMESPACE"),
    "ROUTING KEY": ("ROUTERINGSKENMERK", "ROUTING ID", "KEY"),
    "URL": ("ADDRESS", "ADRES"),
    "VESTIGING": ("VESTIGINGSCODE", "LOCATION"),
    "AANLEVERPUNT": ("AANLEVERPUNTNUMMER",),
    "ATTRIBUTE": ("ATTRIBUTES", "ATTRIBUUT", "KIND"),
    "START": ("START DATE", "INGANGSDATUM", "BEGINDATUM"),
    "END": ("END DATE", "EINDDATUM"),
}
CONTRACT: Final[Mapping[str, int]] = {
    "MAX PAYLOAD BYTES": 2**63 - 1,
    "MAX ATTEMPTS": 2**32 - 1,
    "RETRY SECONDS": 2**31,
    "PERSIST SECONDS": 2**31,
}
"""The columns of a delivery contract, with the most that a request holds.

Without any of them an endpoint has the usual contract, and one that is there keeps its own.
"""
_USUAL: Final = ["0", "3", "60", "0"]
_NEEDED: Final = ("ROUTING KEY",)


class WrongCell(Exception):
    """A cell that cannot be read; the message says what it should be."""


def read_endpoints(path: Path, url: str) -> list[tuple[int, pb.NewEndpoint]]:
    """Return the endpoints of a file, each with the number of its line.

    A row without a URL gets `url`. Raises `FileUnusable` with each line that is
    malformed, or that says the same endpoint as an earlier one; OSError.
    """
    rows = read_csv(path, {**COLUMNS, **dict.fromkeys(CONTRACT, ())}, _NEEDED)
    problems, found, seen = Problems(str(path)), [], dict[tuple[str, ...], int]()
    for row in rows:
        try:
            endpoint = _endpoint(row, url)
        except WrongCell as wrong:
            problems.add(row.line, str(wrong))
            continue
        key = endpoint.service, endpoint.service_version, endpoint.routing_key, endpoint.start_date
        earlier = seen.setdefault((endpoint.mandate_id, *key), row.line)
        if earlier != row.line:
            problems.add(row.line, f"it says the endpoint of line {earlier} once more")
        found.append((row.line, endpoint))
    problems.refuse()
    return found


def _endpoint(row: Row, url: str) -> pb.NewEndpoint:
    def cell(name: str, parse: Callable[[str, str], object]) -> str:
        text = row.cells[name]
        try:
            parsed = parse(text, name) if text else ""
        except Refused as refused:
            raise WrongCell(_problem(name, refused)) from None
        return str(parsed or "")

    endpoint = pb.NewEndpoint(
        mandate_id=cell("MANDATE", _uuid),
        service=cell("SERVICE", ServiceCode.parse),
        system_id=cell("SYSTEM", SystemId.parse),
        service_version=cell("SERVICE VERSION", Namespace.parse),
        routing_key=cell("ROUTING KEY", RoutingKey.parse),
        url=row.cells["URL"] or url,
        vestiging=row.cells["VESTIGING"],
        aanleverpunt=cell("AANLEVERPUNT", Aanleverpunt.parse),
        attribute=cell("ATTRIBUTE", _attribute),
        start_date=cell("START", _day),
        end_date=cell("END", _day),
        **named(cell("BRIN", _organisation)),
    )
    _require(endpoint)
    numbers = [_number(row.cells[name], name) for name in CONTRACT]
    if any(row.cells[name] for name in CONTRACT):
        endpoint.delivery_contract.CopyFrom(_contract(numbers))
    return endpoint


def _require(endpoint: pb.NewEndpoint) -> None:
    """Raise `WrongCell` if what every endpoint needs is empty."""
    by_name = organisation(endpoint) and endpoint.service and endpoint.system_id
    if not (endpoint.mandate_id or by_name):
        raise WrongCell("MANDATE is empty, and so is one of BRIN, SERVICE and SYSTEM")
    if not endpoint.routing_key:
        raise WrongCell("ROUTING KEY is empty")
    if not endpoint.url:
        raise WrongCell("URL is empty; fill it in, or say --url")


def _problem(name: str, refused: Refused) -> str:
    value = refused.metadata.get("value")
    shown = f"{value!r} is no {name}" if value else f"{name} cannot be read"
    example = refused.metadata.get("example")
    return f"{shown}, such as {example}" if example else shown


def _uuid(text: str, _name: str) -> object:
    if uuid_in(text) is None:
        raise WrongCell("MANDATE is no UUID")
    return text


def _organisation(text: str, name: str) -> str:
    return text if Swv.pattern.fullmatch(text) else Brin.parse(text, name)


def _attribute(text: str, _name: str) -> str:
    if text not in set(Attribute):
        message = f"ATTRIBUTE is none of {', '.join(Attribute)}"
        raise WrongCell(message)
    return text


def _day(text: str, name: str) -> str:
    day = iso_day(text)
    try:
        parse_optional_day(day, name)
    except Refused:
        message = f"{name} is no day, such as 2027-08-01"
        raise WrongCell(message) from None
    return day


def _number(text: str, name: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) > CONTRACT[name]:
        message = f"{name} is no number"
        raise WrongCell(message)
    return int(text)


def _contract(numbers: Sequence[int]) -> pb.DeliveryContract:
    size, attempts, retry, persist = numbers
    contract = pb.DeliveryContract(max_payload_bytes=size, max_attempts=attempts)
    if retry:
        contract.retry_interval.CopyFrom(Duration(seconds=retry))
    if persist:
        contract.persist_duration.CopyFrom(Duration(seconds=persist))
    return contract


def table_of(endpoints: Iterable[pb.Endpoint]) -> tuple[list[str], list[list[str]]]:
    """Return titles and rows of a file that `read_endpoints` takes, by organisation.

    The columns of a contract are there if one endpoint has an unusual one.
    """
    known = sorted(endpoints, key=_ORDER)
    usual = all(_told(each.delivery_contract) == _USUAL for each in known)
    titles = [*list(COLUMNS)[1:], *([] if usual else CONTRACT)]
    return titles, [_row(each, usual=usual) for each in known]


_ORDER: Final = attrgetter("brin", "swv", "service", "service_version", "routing_key")


def _row(endpoint: pb.Endpoint, *, usual: bool) -> list[str]:
    return [
        organisation(endpoint),
        endpoint.service,
        endpoint.system_id,
        endpoint.service_version,
        endpoint.routing_key,
        endpoint.url,
        endpoint.vestiging,
        endpoint.aanleverpunt,
        endpoint.attribute,
        endpoint.start_date,
        endpoint.end_date,
        *([] if usual else _told(endpoint.delivery_contract)),
    ]


def _told(contract: pb.DeliveryContract) -> list[str]:
    return [
        str(contract.max_payload_bytes),
        str(contract.max_attempts),
        str(contract.retry_interval.seconds),
        str(contract.persist_duration.seconds),
    ]
