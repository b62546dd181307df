"""Log lines are written in blocks, also by several processes on one pipe."""

import io
import select

import orjson
from hypothesis import given
from hypothesis import strategies as st

from wissel.server.logs.lines import JsonLines


class Writes(io.StringIO):
    """Keeps each write apart, as a pipe does."""

    def __init__(self) -> None:
        super().__init__()
        self.each: list[str] = []

    def write(self, text: str) -> int:
        self.each.append(text)
        return super().write(text)


@given(st.lists(st.integers(0, 2 * select.PIPE_BUF), min_size=1, max_size=60))
def test_no_write_cuts_a_line_or_is_larger_than_a_pipe_takes_whole(sizes: list[int]) -> None:
    writes = Writes()
    lines = JsonLines(writes)

    for size in sizes:
        lines.write({"event": "é" * size})
    lines.flush()

    assert len(sizes) == len(writes.getvalue().splitlines())
    assert all(write.endswith("\n") for write in writes.each)
    for write in writes.each:
        assert 1 == write.count("\n") or len(write.encode()) <= select.PIPE_BUF


async def test_lines_are_written_in_blocks_and_errors_at_once() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream)
    for number in range(63):
        lines.write({"n": number})
    before = stream.getvalue()

    lines.write({"n": 63})
    block = stream.getvalue()
    lines.write({"n": 64})
    lines.write({"level": "error", "n": 65})

    assert before == ""
    assert len(block.splitlines()) == 64
    assert [orjson.loads(line)["n"] for line in stream.getvalue().splitlines()] == [*range(66)]
