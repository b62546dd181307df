"""The lines of Mijn OSO as they are asked for: parsed, or refused by their numbers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, TypeVar

from wissel.move.v1 import move_service_pb2 as pb
from wissel.routing.facts import AgreementKind, Attribute, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.csv_text import BrokenLine
from wissel.routing.values.days import Period, parse_optional_day
from wissel.routing.values.identifiers import Aanleverpunt, BoardNumber, Organisation, Swv
from wissel.server.registry.moving.lines import MOVING_DAY, AanleverpuntLine, AgreementLine
from wissel.server.registry.moving.mijn_oso import ImportMijnOso
from wissel.server.registry.schools.broken_lines import BrokenLines, harmless_name
from wissel.server.rpc.requests.parsing import few, organisation, required

AANLEVERPUNTEN: Final = 20_000
"""Most aanleverpunten of one request: the Netherlands has some 10,000 locations of schools."""
AGREEMENTS: Final = 5_000
"""Most agreements of one request: there are some 1,500 boards."""
_NAME_LIMIT: Final = 200

_ACTIVE: Final = frozenset({"actief", "active", "aangesloten", "connected"})
_OTHER: Final = frozenset(
    {
        *("inactief", "inactive", "niet actief", "not active"),
        *("niet aangesloten", "not connected", "nog niet aangesloten", "not yet connected"),
        *("aangevraagd", "requested", "in aanvraag", "geblokkeerd", "blocked"),
    }
)
_KINDS: Final[Mapping[str, AgreementKind]] = {
    "": AgreementKind.OSO,
    "oso": AgreementKind.OSO,
    "oso swv extension": AgreementKind.OSO_SWV_EXTENSION,
    "oso swv": AgreementKind.OSO_SWV_EXTENSION,
}


class Numbered(Protocol):
    """What stands on a line."""

    line: int


N = TypeVar("N", bound=Numbered)
T = TypeVar("T")


def command_in(request: pb.ImportMijnOsoRequest) -> ImportMijnOso:
    """Return what is taken over.

    Raises `Refused` with BATCH_TOO_LARGE, DATE_MALFORMED, and FILE_LINE_INVALID with all
    lines of a file that are broken.
    """
    points = few(request.aanleverpunten, AANLEVERPUNTEN, "aanleverpunten")
    signed = few(request.agreements, AGREEMENTS, "agreements")
    return ImportMijnOso(
        since=parse_optional_day(request.start_date, "start_date") or MOVING_DAY,
        validate_only=request.validate_only,
        agreements=_read(signed, _agreement, request.agreements_file_name),
        aanleverpunten=_consistent(
            _read(points, _aanleverpunt, request.file_name), request.file_name
        ),
    )


def _read(lines: Iterable[N], read: Callable[[N], T], file_name: str) -> list[T]:
    """Return what each line says, or refuse the file."""
    broken, found = BrokenLines(harmless_name(file_name)), []
    for each in lines:
        if broken.full:
            break
        try:
            found.append(read(each))
        except BrokenLine as problem:
            broken.add(each.line, str(problem))
        except Refused as refused:
            broken.add_refused(each.line, refused)
    broken.refuse()
    return found


def _consistent(lines: list[AanleverpuntLine], file_name: str) -> list[AanleverpuntLine]:
    """Return lines of which no two say different things of one aanleverpunt, or refuse them."""
    broken = BrokenLines(harmless_name(file_name))
    first: dict[tuple[str, str, str], AanleverpuntLine] = {}
    for line in lines:
        one = first.setdefault((line.organisation, line.number, line.system.casefold()), line)
        if (one.active, one.attribute) != (line.active, line.attribute) and not broken.full:
            broken.add(line.line, f"it stands with another content on line {one.line}")
    broken.refuse()
    return lines


def _aanleverpunt(line: pb.MijnOsoAanleverpunt) -> AanleverpuntLine:
    giver = organisation(line.organisation, "BRIN")
    number = line.aanleverpunt.lstrip("0") or line.aanleverpunt[-1:]
    system = required(line.system.strip(), "system")
    if len(system) > _NAME_LIMIT:
        message = f"its system has more than {_NAME_LIMIT} characters"
        raise BrokenLine(message)
    return AanleverpuntLine(
        line=line.line,
        organisation=giver,
        number=Aanleverpunt.parse(number, "aanleverpunt"),
        system=system,
        active=_active(line.status),
        attribute=_attribute(line.kind, giver),
    )


def _active(status: str) -> bool:
    word = _plain(status)
    if word in _ACTIVE:
        return True
    if word not in _OTHER:
        message = f"its status is none of {', '.join(sorted(_ACTIVE | _OTHER))}"
        raise BrokenLine(message)
    return False


def _attribute(kind: str, giver: Organisation) -> Attribute:
    of_swv = isinstance(giver, Swv)
    allowed = {each.value: each for each in Attribute if (each is Attribute.SWV) == of_swv}
    attribute = allowed.get(kind.strip().upper())
    if attribute is None:
        message = f"its kind is none of {', '.join(allowed)}"
        raise BrokenLine(message)
    return attribute


def _agreement(line: pb.MijnOsoAgreement) -> AgreementLine:
    kind = _KINDS.get(_plain(line.kind))
    if kind is None:
        raise BrokenLine("its kind is neither OSO nor OSO_SWV_EXTENSION")
    start = parse_optional_day(line.start_date, "day")
    end = parse_optional_day(line.end_date, "day")
    if start is not None and Period(start, end).empty:
        raise BrokenLine("it ends before it begins")
    return AgreementLine(
        line=line.line,
        signatory=_signatory(line.signatory),
        kind=kind,
        start=start,
        end=end,
        signed=parse_optional_day(line.signed_date, "day"),
    )


def _signatory(text: str) -> Signatory:
    return Swv(text) if Swv.pattern.fullmatch(text) else BoardNumber.parse(text, "board number")


def _plain(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())
