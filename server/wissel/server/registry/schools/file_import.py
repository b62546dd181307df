"""Importing schools and boards from one of DUO's files (R1)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from wissel.routing.facts import Board, School, SourceReport
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.ports import Transaction
from wissel.server.registry.schools.differences import ChangeKind, SchoolChange
from wissel.server.registry.schools.duo.parsing import ParsedFile
from wissel.server.registry.schools.plan import Known, Plan, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSchools:
    """A file to import; `as_of` is the day that it describes, None for today.

    `max_closed_share` is the largest share (0 to 1) of the open locations of its
    source that may close. With `validate_only` nothing is recorded.
    """

    file: ParsedFile
    as_of: dt.date | None = None
    max_closed_share: float = 0.02
    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What a file changed, or would change; `revision` is that of the register afterwards."""

    source: str
    as_of: dt.date
    line_count: int
    changes: tuple[SchoolChange, ...]
    counts: Mapping[ChangeKind, int]
    revision: int


async def import_schools(transaction: Transaction, command: ImportSchools) -> ImportReport:
    """Apply a file whole, or refuse it, and report every difference.

    1. Its day is not after today, and the share is between 0 and 1: FIELD_INVALID.
    2. It is not older than the last file of its source: FILE_OUTDATED.
    3. It closes no larger share of the open locations: IMPORT_CLOSES_TOO_MANY.
    """
    file, as_of = command.file, command.as_of or transaction.today
    _check_fields(command, as_of, transaction.today)  # 1.
    await _check_order(transaction, file, as_of)  # 2.
    planned = plan(
        Known.of(await transaction.find(Board), await transaction.find(School)), file, as_of
    )
    _check_share(command, planned)  # 3.
    if command.validate_only:
        transaction.discard()  # thousands of facts are not written in vain
    report = SourceReport(source=file.source, as_of=as_of, sha256=file.sha256)
    await transaction.put(*planned.facts, report)
    return ImportReport(
        source=file.source,
        as_of=as_of,
        line_count=file.line_count,
        changes=planned.changes,
        counts=planned.counts,
        revision=transaction.revision,
    )


def _check_fields(command: ImportSchools, as_of: dt.date, today: dt.date) -> None:
    if as_of > today:
        raise Refused(
            Reason.FIELD_INVALID,
            field="as_of_date",
            value=str(as_of),
            problem="a file cannot describe a day that is still to come",
        )
    if not 0 <= command.max_closed_share <= 1:
        raise Refused(
            Reason.FIELD_INVALID,
            field="max_closed_share",
            value=str(command.max_closed_share),
            expected="0 to 1",
        )


async def _check_order(transaction: Transaction, file: ParsedFile, as_of: dt.date) -> None:
    last = await transaction.get(SourceReport, file.source)
    if last is not None and as_of < last.as_of:
        raise Refused(
            Reason.FILE_OUTDATED,
            field="as_of_date",
            file=file.name,
            source=file.source,
            as_of=str(as_of),
            last=str(last.as_of),
        )


def _check_share(command: ImportSchools, planned: Plan) -> None:
    if planned.closed_share > command.max_closed_share:
        raise Refused(
            Reason.IMPORT_CLOSES_TOO_MANY,
            file=command.file.name,
            source=command.file.source,
            closing=str(planned.closing),
            open=str(planned.open_locations),
            limit=str(command.max_closed_share),
        )
