"""A log that nobody reads holds nothing up; what was dropped is counted and told."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from support.eventually import eventually
from wissel.server.logs.unblocking import UnblockingStream


class Reader:
    """Stands for who reads the log: it may stop reading, and it may go."""

    def __init__(self) -> None:
        self.read = b""
        self.gone = False
        self.reads = threading.Event()
        self.reads.set()

    def __call__(self, data: bytes) -> int:
        self.reads.wait(60)
        if self.gone:
            raise BrokenPipeError
        self.read += data
        return len(data)


def test_what_is_written_is_read_in_order() -> None:
    reader = Reader()
    stream = UnblockingStream(reader)

    for number in range(200):
        stream.write(f"{number}\n")

    assert stream.drain(60)
    assert [f"{number}" for number in range(200)] == reader.read.decode().splitlines()
    assert stream.dropped == 0


def test_a_reader_that_stops_holds_up_nobody_and_is_told_what_it_missed() -> None:
    reader = Reader()
    stream = UnblockingStream(reader, capacity=1000)
    stream.note = lambda count: f"missed {count}\n"
    reader.reads.clear()

    for _ in range(300):
        stream.write("ten bytes\n")
    assert not stream.drain(0.01)
    dropped = stream.dropped
    reader.reads.set()

    assert stream.drain(60)
    lines = reader.read.decode().splitlines()
    assert dropped == 200
    assert 100 == lines.count("ten bytes")
    assert f"missed {dropped}" in lines


def test_a_reader_that_has_gone_costs_its_lines_alone() -> None:
    reader = Reader()
    stream = UnblockingStream(reader)
    reader.gone = True

    stream.write("one\ntwo\n")

    assert stream.drain(60)
    assert stream.dropped == 2
    reader.gone = False
    stream.write("three\n")
    assert stream.drain(60)
    told = b"2 lines were dropped: nobody read them\n"
    eventually(lambda: reader.read, "it is told", until=lambda read: read.endswith(told))


def test_a_full_pipe() -> None:
    ours, theirs = os.pipe()
    stream = UnblockingStream(lambda data: os.write(theirs, data), capacity=100_000)
    stream.note = lambda count: f"missed {count}\n"

    for _ in range(400):
        stream.write("x" * 999 + "\n")
    assert not stream.drain(0.01)
    with ThreadPoolExecutor() as pool, os.fdopen(ours) as reading:
        everything = pool.submit(reading.read)
        assert stream.drain(60)
        os.close(theirs)
        lines = everything.result(60).splitlines()

    missed = sum(int(line.split()[1]) for line in lines if line.startswith("missed"))
    assert stream.dropped == missed > 0
    assert 400 == missed + lines.count("x" * 999)
