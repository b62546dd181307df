"""Log lines of several processes on one pipe."""

import io
import select

from hypothesis import given
from hypothesis import strategies as st

from wissel.server.rpc.calls.log import JsonLines


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
