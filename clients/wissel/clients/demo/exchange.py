"""Between which schools the dossier of the demo travels."""

from collections.abc import Sequence
from dataclasses import dataclass

from wissel.clients.errors import WisselError
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.routing.exchange.envelope import Kind
from wissel.school.v1 import school_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One end of the exchange, with the delivery point that its LAS registers."""

    brin: str = ""
    swv: str = ""
    vestiging: str = ""
    board_number: str = ""
    title: str
    routing_key: str

    @property
    def place(self) -> str:
        """As `wissel send` takes it, such as `99XB02`, `99XA` or `PO9901`."""
        return self.vestiging or self.brin or self.swv

    @property
    def aanleverpunt(self) -> str:
        """Number of the vestiging, without leading zeros."""
        return str(int(self.vestiging[4:])) if self.vestiging else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The kind of the dossier, the service, and both ends of its exchange."""

    kind: Kind
    service: str
    sender: Side
    receiver: Side

    @property
    def signatories(self) -> dict[str, Side]:
        """Who signs agreements, each with a side for which it does."""
        return {side.board_number or side.swv: side for side in (self.sender, self.receiver)}


def choose(kind: Kind, schools: Sequence[school_pb2.School]) -> Exchange:
    """Return an exchange of this kind between schools that are there.

    Raises `WisselError` if the schools do not allow one.
    """
    opened = [school for school in schools if not school.closed_date and _open(school)]
    if kind is Kind.WITHIN_BRIN:
        school = next((each for each in opened if len(_open(each)) > 1), None)
        if school is None:
            raise WisselError("no school has two vestigingen for a transfer within one BRIN")
        first, second = _open(school)[:2]
        return Exchange(
            kind=kind,
            service="OSO_OV",
            sender=_side(school, first, "00931"),
            receiver=_side(school, second, "00932"),
        )
    if kind is Kind.SWV and opened:
        return Exchange(
            kind=kind,
            service="OSO_SWV",
            sender=_side(opened[0], _open(opened[0])[0], "00931"),
            receiver=Side(swv=SWV, title="Samenwerkingsverband", routing_key=f"{SWV_OIN[:-4]}0931"),
        )
    if len(opened) < 2:  # noqa: PLR2004 - a sender and a receiver
        raise WisselError("an exchange needs two open schools")
    sender, receiver = opened[0], _another(opened)
    return Exchange(
        kind=kind,
        service="OSO_OV",
        sender=_side(sender, _open(sender)[0], "00931"),
        receiver=_side(receiver, _open(receiver)[-1], "00932"),
    )


def uninvolved(exchange: Exchange, schools: Sequence[school_pb2.School]) -> Side | None:
    """Return a school whose board has no part in the exchange; None if there is none."""
    boards = {exchange.sender.board_number, exchange.receiver.board_number}
    for school in schools:
        if school.board_number not in boards and not school.closed_date and _open(school):
            return _side(school, _open(school)[0], "00931")
    return None


def _another(schools: Sequence[school_pb2.School]) -> school_pb2.School:
    """Return a school of another board than the first, if there is one, else the second."""
    first, second = schools[0], schools[1]
    others = (each for each in schools if each.board_number != first.board_number)
    return next(others, second)


def _open(school: school_pb2.School) -> list[school_pb2.Location]:
    return [location for location in school.locations if not location.closed_date]


def _side(school: school_pb2.School, location: school_pb2.Location, suffix: str) -> Side:
    return Side(
        brin=school.brin,
        vestiging=location.vestiging,
        board_number=school.board_number,
        title=f"{location.name}, {location.city}" if location.city else location.name,
        routing_key=f"{school.oin[:-5]}{suffix}",
    )
