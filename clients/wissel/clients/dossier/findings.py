"""What a check finds: findings with their rule and place, and the report that holds them.

A finding never holds a value of the dossier, only names of its elements: what
is printed, logged or sent back tells nothing about the pupil.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding makes a dossier unfit, or only needs a look."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `rule` is the id of the rule: one of the published ids (`OVa.LL02`), or one of
    ours, as docs/dossier.md#ids lists them. `also` are further published ids of the
    same check. `path` is written `/dossier/huidigeschool/leerling/verzorger[2]`;
    `line` counts from 1, and is 0 where there is none. `sentence` is Dutch.
    """

    rule: str
    sentence: str
    path: str = ""
    line: int = 0
    severity: Severity = Severity.ERROR
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a dossier, in the order of its lines.

    `profile` is what it was checked as: `POVO`, `overdrachtbinnenbrin`, … or empty
    where that could not be told. `unchecked` says in Dutch what could not be
    judged, because a file was not placed or a profile is not documented.
    """

    findings: tuple[Finding, ...]
    profile: str = ""
    unchecked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was found that makes the dossier unfit."""
        return not self.errors

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that make it unfit."""
        return [each for each in self.findings if each.severity is Severity.ERROR]

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the rules that it breaks, each once, in the order of these findings."""
        return tuple(dict.fromkeys(each.rule for each in self.errors))
