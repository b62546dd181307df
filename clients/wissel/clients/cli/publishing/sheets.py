"""The overviews as a workbook."""

from collections.abc import Iterable

from wissel.clients.cli.publishing import words
from wissel.clients.cli.publishing.overview import Overview
from wissel.clients.cli.tables.workbook import Sheet, workbook_bytes


def workbook(overview: Overview) -> bytes:
    """Return the workbook: a sheet for schools, samenwerkingsverbanden, systems and services."""
    title = f"Stand op {words.day(overview.day)}, revisie {overview.revision}"
    sheets = (
        _about(overview),
        _schools(overview),
        _swvs(overview),
        _systems(overview),
        _services(overview),
    )
    return workbook_bytes(sheets, title, overview.day)


def _about(overview: Overview) -> Sheet:
    return Sheet(
        name="Stand",
        titles=("Wat", "Waarde"),
        rows=(
            ("Stand op", overview.day),
            ("Revisie van het register", overview.revision),
            ("Locaties van scholen", len(overview.locations)),
            ("waarvan aangesloten", sum(bool(each.services) for each in overview.locations)),
        ),
    )


def _schools(overview: Overview) -> Sheet:
    titles = (
        "Vestiging",
        "Naam",
        "BRIN",
        "Postcode",
        "Plaats",
        "Sector",
        "Samenwerkingsverband",
        "Aangesloten op",
        "Aantal diensten",
        "Gesloten sinds",
        "Breedtegraad",
        "Lengtegraad",
    )
    rows = [
        (
            each.vestiging,
            each.name,
            each.brin,
            each.postcode,
            words.town(each.city),
            each.sector,
            _listed(each.swvs),
            _listed(each.services),
            len(each.services),
            each.closed,
            each.latitude,
            each.longitude,
        )
        for each in overview.locations
    ]
    return Sheet(name="Scholen", titles=titles, rows=rows, frozen=2)


def _swvs(overview: Overview) -> Sheet:
    rows = [(each.code, each.name, _listed(each.services)) for each in overview.swvs]
    titles = ("Code", "Naam", "Aangesloten op")
    return Sheet(name="Samenwerkingsverbanden", titles=titles, rows=rows)


def _systems(overview: Overview) -> Sheet:
    titles = (
        "Systeem",
        "Leverancier",
        "Soort",
        "Diensten",
        "E-mail",
        "Telefoon",
        "Bereikbaar",
        "Handleiding",
        "Stappenplan",
    )
    rows = [
        (
            each.name,
            each.vendor,
            words.KINDS.get(each.kind, ""),
            _listed(each.services),
            each.mail,
            each.telephone,
            each.hours,
            each.manual_url,
            each.step_plan_url,
        )
        for each in overview.systems
    ]
    return Sheet(name="Systemen", titles=titles, rows=rows)


def _services(overview: Overview) -> Sheet:
    titles = (
        "Dienst",
        "Naam",
        "Eigenaar",
        "Sectoren",
        "Scholen",
        "Samenwerkingsverbanden",
        "Toelichting",
    )
    rows = [
        (
            each.code,
            each.name,
            each.owner,
            _listed(each.sectors),
            each.schools,
            each.swvs,
            each.note,
        )
        for each in overview.services
    ]
    return Sheet(name="Diensten", titles=titles, rows=rows)


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(codes)
