"""What comes from the wire is printed as it reads, and moves no terminal."""

import json
import unicodedata

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients.cli.failing import explain_failure
from wissel.clients.cli.harmless import harmless
from wissel.clients.cli.output import print_json, print_pairs, print_rows, say, styled
from wissel.clients.errors import Refused

HOSTILE = "[red]\x1b]0;title\x07[/nothing] \x9b2J\u202egnp.\r\nok  [link=https://x]"


@given(st.text())
def test_nothing_harmful_is_left_and_nothing_else_changes(text: str) -> None:
    shown = harmless(text)

    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert harmless(shown) == shown
    if text.isprintable():
        assert shown == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_means_the_same(text: str) -> None:
    assert json.loads(harmless(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize(
    "print_hostile",
    [
        lambda: print_pairs([(HOSTILE, HOSTILE)]),
        lambda: print_rows(["NAME"], [[HOSTILE]]),
        lambda: say(HOSTILE, styled(HOSTILE, "bold"), style="bold"),
        lambda: print_json({HOSTILE: [HOSTILE]}),
        lambda: explain_failure(
            Refused(HOSTILE, HOSTILE, code=grpc.StatusCode.INTERNAL, fix=HOSTILE)
        ),
    ],
    ids=["pairs", "rows", "line", "json", "refusal"],
)
def test_each_way_to_print_is_harmless(
    print_hostile: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(print_hostile)
    print_hostile()

    printed = "".join(capsys.readouterr())
    assert "[red]" in printed
    assert "[/nothing]" in printed
    assert "\\u001b]0;title" in printed
    assert not set("\x1b\x07\x9b\u202e\r") & set(printed)
