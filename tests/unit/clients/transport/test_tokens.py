"""The token of a person in a file: read anew at each call, and never shown."""

from pathlib import Path

import pytest

from wissel.clients.errors import WisselError
from wissel.clients.transport.tokens import token_file


def test_a_renewed_token_is_the_one_that_counts(tmp_path: Path) -> None:
    path = tmp_path / "token"
    read = token_file(path)

    path.write_text("first.token\n")
    first = read()
    path.write_text("  second.token")

    assert ("first.token", "second.token") == (first, read())


@pytest.mark.parametrize("content", [b"", b"  \n", b"a b", b"a\nb", b"\xff", b"x" * 8193])
def test_a_file_that_holds_no_token_is_named_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)

    with pytest.raises(WisselError, match="token: this is no token") as error:
        token_file(path)()

    assert "xxx" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WisselError, match="absent: No such file"):
        token_file(tmp_path / "absent")()
