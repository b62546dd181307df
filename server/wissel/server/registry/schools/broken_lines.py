"""What is wrong with the lines of a file: it is taken whole, or refused with all of this."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number

MAX_PROBLEMS: Final = 20
"""Most problems that a refusal names."""
MAX_BROKEN_LINES: Final = 1000
"""After so many broken lines the rest of a file is not read."""

_UNNAMED: Final = "the file"
_NAME_LIMIT: Final = 100


@dataclass(slots=True)
class BrokenLines:
    """The broken lines of one file, whose name is harmless."""

    name: str
    _found: list[tuple[int, str]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether so many are broken that the rest need not be read."""
        return len(self._found) >= MAX_BROKEN_LINES

    def add(self, line: int, problem: str) -> None:
        """Remember what is wrong with a line; lines count from 1, the header."""
        self._found.append((line, problem))

    def add_refused(self, line: int, refused: Refused) -> None:
        """Remember that a value of a line is none of its kind."""
        value = refused.metadata.get("value", "")  # none where the cell is empty
        self.add(line, f"{value!r} is no {refused.field}")

    def refuse(self) -> None:
        """Raise `Refused(FILE_LINE_INVALID)` if a line is broken.

        It has `line`, `problem`, the `count` of broken lines and the first of them in
        `problems`; the count ends with `+` if the rest was not read.
        """
        if not self._found:
            return
        line, problem = self._found[0]
        shown = "; ".join(f"line {each}: {text}" for each, text in self._found[:MAX_PROBLEMS])
        raise Refused(
            Reason.FILE_LINE_INVALID,
            file=self.name,
            line=str(line),
            problem=problem,
            count=f"{len(self._found)}{'+' if self.full else ''}",
            problems=shown,
        )


def harmless_name(file_name: str) -> str:
    """Return the name of a file as a message may show it: without folders, at most 100 characters.

    `the file` if that is empty, not printable, or may hold the number of a person.
    """
    name = PurePath(file_name.replace("\\", "/")).name[:_NAME_LIMIT]
    return name if name and name.isprintable() and not holds_person_number(name) else _UNNAMED
