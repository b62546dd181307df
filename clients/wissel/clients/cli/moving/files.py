"""The files of a move: an export and agreements are read, a report and proposals written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from wissel.clients.cli.tables.csv_files import csv_bytes, iso_day, read_csv
from wissel.clients.storage.atomic_write import write_atomically
from wissel.move.v1 import move_service_pb2 as pb
from wissel.routing.values.identifiers import Aanleverpunt, Swv

_EXPORT: Final[Mapping[str, Sequence[str]]] = {
    "BRIN": ("BRIN NUMMER", "BRINNUMMER", "INSTELLINGSCODE", "ORGANISATIE", "ORGANISATION"),
    "AANLEVERPUNT": ("AANLEVERPUNTNUMMER", "AANLEVERPUNT NUMMER", "NUMMER", "NUMBER"),
    "SYSTEM": ("SYSTEEM", "ADMINISTRATIESYSTEEM", "SYSTEM ID"),
    "STATUS": (),
    "KIND": ("SOORT", "TYPE"),
}
_AGREEMENTS: Final[Mapping[str, Sequence[str]]] = {
    "BOARD": (
        *("BEVOEGD GEZAG NUMMER", "BEVOEGD GEZAG", "BESTUURSNUMMER", "BESTUUR"),
        *("BOARD NUMBER", "SIGNATORY"),
    ),
    "KIND": ("SOORT", "OVEREENKOMST", "AGREEMENT"),
    "START": ("INGANGSDATUM", "BEGINDATUM", "START DATE"),
    "END": ("EINDDATUM", "END DATE"),
    "SIGNED": ("DATUM", "DATUM ONDERTEKENING", "GETEKEND", "SIGNED DATE"),
}
_REPORT: Final = (
    *("FILE", "LINE", "ORGANISATION", "AANLEVERPUNT", "KIND", "OUTCOME", "DETAIL", "BOARD"),
    *("SYSTEM", "SERVICES", "ROUTING KEY", "HAS ENDPOINT"),
)
_PROPOSAL: Final = (
    *("BRIN", "SERVICE", "SYSTEM", "SERVICE VERSION", "ROUTING KEY", "URL", "VESTIGING"),
    *("AANLEVERPUNT", "ATTRIBUTE", "START", "END"),
)


def read_export(path: Path) -> list[pb.MijnOsoAanleverpunt]:
    """Return the aanleverpunten of a file; raises `FileUnusable`, OSError."""
    return [
        pb.MijnOsoAanleverpunt(
            line=row.line,
            organisation=row.cells["BRIN"],
            aanleverpunt=row.cells["AANLEVERPUNT"],
            system=row.cells["SYSTEM"],
            status=row.cells["STATUS"],
            kind=row.cells["KIND"],
        )
        for row in read_csv(path, _EXPORT, needed=_EXPORT.keys())
    ]


def read_agreements(path: Path) -> list[pb.MijnOsoAgreement]:
    """Return the agreements of a file, days also as `15-8-2022`; raises `FileUnusable`, OSError."""
    return [
        pb.MijnOsoAgreement(
            line=row.line,
            signatory=row.cells["BOARD"],
            kind=row.cells["KIND"],
            start_date=iso_day(row.cells["START"]),
            end_date=iso_day(row.cells["END"]),
            signed_date=iso_day(row.cells["SIGNED"]),
        )
        for row in read_csv(path, _AGREEMENTS, needed=("BOARD",))
    ]


def write_report(path: Path, answer: pb.ImportMijnOsoResponse) -> None:
    """Write what became of each line, as CSV."""
    write_atomically(path, csv_bytes(_REPORT, _report(answer)))


def _report(answer: pb.ImportMijnOsoResponse) -> Iterator[Sequence[str]]:
    for each in answer.agreements:
        detail = "counts for KENNISNET_OSR too" if each.counts_for_osr else ""
        signed = [each.signatory, "", each.kind, each.outcome, detail]
        yield ["agreements", str(each.line), *signed, *[""] * 5]
    for point in answer.aanleverpunten:
        yield [
            *("aanleverpunten", str(point.line), point.organisation, point.aanleverpunt),
            *(point.attribute, point.outcome, point.detail, point.board_number),
            *(point.system_id, ", ".join(point.services), point.routing_key),
            "yes" if point.has_endpoint else "",
        ]


def write_proposals(folder: Path, answer: pb.ImportMijnOsoResponse) -> dict[Path, int]:
    """Write a file for each vendor that `endpoint import` takes once it has filled in the URL.

    Returns the number of endpoints in each; what has an endpoint is left out.
    """
    rows: dict[str, dict[tuple[str, ...], None]] = defaultdict(dict)
    for point in answer.aanleverpunten:
        if point.routing_key and not point.has_endpoint:
            rows[point.party_oin].update(dict.fromkeys(_proposed(point)))
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for oin, proposed in sorted(rows.items()):
        path = folder / f"endpoints-{oin}.csv"
        write_atomically(path, csv_bytes(_PROPOSAL, proposed))
        written[path] = len(proposed)
    return written


def _proposed(point: pb.MovedAanleverpunt) -> Iterator[tuple[str, ...]]:
    """Yield an endpoint for each service; a samenwerkingsverband has no numbers below 100."""
    own = Aanleverpunt(point.aanleverpunt)
    number = "" if Swv.pattern.fullmatch(point.organisation) and not own.extra else own
    for service in point.services:
        place = point.routing_key, "", point.vestiging, number
        yield point.organisation, service, point.system_id, "", *place, point.attribute, "", ""
