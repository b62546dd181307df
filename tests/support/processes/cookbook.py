"""The cookbook, run: its commands in order, against a real hub, with the real grpcurl.

A block that is marked `sh` is a command; a block right behind it is what it
prints. `sh serve` marks what keeps running beside the others. The ids, moments,
digests and ports in the document are those of whoever wrote it; a reader uses
her own, and so does `play`: it learns from each output which id of this run
stands for which of the document, and puts that into later commands.

After a change that alters what the commands print, from the folder `tests`:

    python -m support.processes.cookbook           # show what differs
    python -m support.processes.cookbook --write   # put the new outputs into the document
"""

import difflib
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.paths import ROOT
from support.processes.cookbook_stage import Kitchen, kitchen

COOKBOOK: Final = ROOT / "docs" / "cookbook.md"

ID: Final = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
"""A digest, or a UUID."""
_MOMENT: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_TOKEN: Final = re.compile(r'"(etag|resumeToken)": "[^"]*"')
_BLOCK: Final = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of the document with what it should print, and where that stands."""

    command: str
    serves: bool = False
    expected: str | None = None
    at: tuple[int, int] = (0, 0)


def steps(document: str) -> list[Step]:
    """Return the commands of a document, in order."""
    blocks = list(_BLOCK.finditer(document))
    found: list[Step] = []
    for number, block in enumerate(blocks):
        kind = block["kind"].split()
        if kind[:1] != ["sh"]:
            continue
        behind = blocks[number + 1] if number + 1 < len(blocks) else None
        answered = behind is not None and document[block.end() : behind.start()] == "\n"
        found.append(
            Step(
                command=block["body"].rstrip("\n"),
                serves="serve" in kind,
                expected=behind["body"] if behind and answered else None,
                at=behind.span("body") if behind and answered else (0, 0),
            )
        )
    return found


@dataclass(slots=True)
class Ids:
    """Which id of this run stands for which of the document."""

    here: dict[str, str] = field(default_factory=dict)

    def learn(self, expected: str, printed: str) -> None:
        """Pair the ids of both outputs by their order, if they are as many."""
        theirs, ours = ID.findall(expected), ID.findall(printed)
        if len(theirs) == len(ours):
            for written, actual in zip(theirs, ours, strict=True):
                self.here.setdefault(written, actual)

    def in_command(self, command: str) -> str:
        """Return the document's command with the ids of this run."""
        return ID.sub(lambda found: self.here.get(found[0], found[0]), command)

    def as_written(self, printed: str) -> str:
        """Return an output of this run with the ids of the document."""
        written = {actual: name for name, actual in self.here.items()}
        return ID.sub(lambda found: written.get(found[0], found[0]), printed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command printed, in the words of the document."""

    step: Step
    printed: str

    @property
    def differs(self) -> str:
        """The difference with the document, or nothing."""
        if self.step.expected is None:
            return ""
        wanted, got = normal(self.step.expected), normal(self.printed)
        return "\n".join(
            difflib.unified_diff(
                wanted.splitlines(), got.splitlines(), "document", "printed", lineterm=""
            )
        )


def normal(output: str) -> str:
    """Return an output without what is new each time: moments, days, etags and resume tokens."""
    timeless = _DAY.sub("<day>", _MOMENT.sub("<moment>", output))
    return "\n".join(line.rstrip() for line in _TOKEN.sub(r'"\1": <token>', timeless).splitlines())


def play(document: str, folder: Path) -> Iterator[Outcome]:
    """Run the document from its first command to its last in `folder`."""
    ids, settings = Ids(), ""
    with kitchen(folder, ROOT) as cook:
        for step in steps(document):
            if step.serves:
                cook.serve(step.command, settings)
            elif step.expected is None:
                settings += f"{step.command}\n"
            else:
                yield _outcome(cook, step, settings, ids)


def _outcome(cook: Kitchen, step: Step, settings: str, ids: Ids) -> Outcome:
    printed = cook.run(settings, ids.in_command(step.command))
    ids.learn(step.expected or "", printed)
    return Outcome(step=step, printed=ids.as_written(printed))


def rewritten(document: str, outcomes: Sequence[Outcome]) -> str:
    """Return the document with the outputs that differ replaced."""
    for outcome in reversed(outcomes):
        if outcome.differs:
            start, end = outcome.step.at
            lines = [line.rstrip() for line in outcome.printed.strip("\n").splitlines()]
            document = document[:start] + "\n".join(lines) + "\n" + document[end:]
    return document


def main(arguments: Sequence[str]) -> int:
    """Run the cookbook; show the differences, or write them into it."""
    document = COOKBOOK.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="wissel-cookbook-") as folder:
        outcomes = list(play(document, Path(folder)))
    differences = [outcome for outcome in outcomes if outcome.differs]
    for outcome in differences:
        sys.stdout.write(f"{outcome.step.command}\n{outcome.differs}\n\n")
    if "--write" in arguments:
        COOKBOOK.write_text(rewritten(document, outcomes), encoding="utf-8")
        return 0
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
