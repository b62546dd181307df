"""What hostile tests search: all that is logged."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from wissel.server.logs.lines import configure


@pytest.fixture
def debug_log() -> Iterator[io.StringIO]:
    """Everything that anybody here logs, of structlog and of the standard library."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    configure("debug", stream)
    yield stream
    structlog.reset_defaults()
    root.setLevel(level)
    root.removeHandler(handler)
