"""The cookbook does what it says: each command, in order, by the real grpcurl."""

import re
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from support.processes.cookbook import COOKBOOK, ID, Ids, Step, normal, play, rewritten, steps

DOCUMENT: Final = COOKBOOK.read_text(encoding="utf-8")
STEPS: Final = steps(DOCUMENT)
COMMANDS: Final = [step for step in STEPS if step.expected is not None]
MOST_LINES: Final = 3
_LONG: Final = re.compile(r"[A-Za-z0-9+]{20,}")
_BASE64_HAS: Final = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


def test_every_command_prints_what_the_cookbook_says(tmp_path: Path) -> None:
    if not shutil.which("grpcurl", path=str(Path(sys.executable).parent)):
        pytest.skip("grpcurl is not installed; make setup installs it")

    different = [outcome for outcome in play(DOCUMENT, tmp_path) if outcome.differs]

    assert [] == [f"{each.step.command}\n{each.differs}" for each in different]


@pytest.mark.parametrize("step", STEPS, ids=range(len(STEPS)))
def test_a_command_is_at_most_three_lines(step: Step) -> None:
    assert MOST_LINES >= len(step.command.splitlines())


def test_a_command_needs_only_ids_that_an_earlier_one_printed() -> None:
    printed: set[str] = set()
    unknown = []
    for step in STEPS:
        unknown += [found for found in ID.findall(step.command) if found not in printed]
        printed.update(ID.findall(step.expected or ""))

    assert [] == unknown


def test_no_base64_goes_in_or_comes_out() -> None:
    texts = [step.command + (step.expected or "") for step in STEPS]

    assert [] == [word for text in texts for word in _LONG.findall(text) if _is_base64(word)]


@pytest.mark.parametrize(
    "method",
    [
        "list",
        "Health/Check",
        "PartyService/WhoAmI",
        "PartyService/RegisterParty",
        "PartyService/RegisterSystem",
        "SchoolService/RegisterSchool",
        "AgreementService/RecordAgreement",
        "MandateService/CreateMandate",
        "MandateService/ListPendingMandates",
        "MandateService/ProcessMandate",
        "EndpointService/RegisterEndpoint",
        "RouteService/ResolveRoute",
        "RouteService/ExplainRoute",
        "TrafficService/ListDeliveries",
        "PartyService/RevokeCertificate",
    ],
)
def test_the_daily_work_is_there(method: str) -> None:
    assert any(step.command.split("; done")[0].endswith(method) for step in COMMANDS)


def test_ids_of_this_run_take_the_place_of_those_in_the_document() -> None:
    written, here = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    ids = Ids()

    ids.learn(f'"mandate_id": "{written}"', f'"mandate_id": "{here}"')

    assert f"end {here}" == ids.in_command(f"end {written}")
    assert f"ended {written}" == ids.as_written(f"ended {here}")


def test_only_what_is_new_each_time_may_differ() -> None:
    line = '"time": "{}", "day": "{}", "etag": "{}", "revision": "7"'
    one = line.format("2026-11-02T10:11:12.5Z", "2026-11-02", "0123456789abcdef")
    other = line.format("2027-01-31T00:00:00Z", "2027-01-31", "fedcba9876543210")

    assert normal(one) == normal(other)
    assert normal(one) != normal(other.replace('"7"', '"8"'))


def test_outputs_can_be_written_into_the_document(tmp_path: Path) -> None:
    document = f"```sh\n{_SETTING}\n```\n\n```sh\necho $GREETING\n```\n```text\nold\n```\n\nend\n"

    result = rewritten(document, list(play(document, tmp_path)))

    assert document.replace("old", "good morning") == result


_SETTING: Final = "export GREETING='good morning'"


def _is_base64(word: str) -> bool:
    return all(part.search(word) for part in _BASE64_HAS) and not ID.fullmatch(word)
