"""A hub whose watches say often that they are there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.watchers import bounded
from support.worlds import small_world as w
from support.worlds.hub import Hub, running_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small(), bounds=bounded()) as started:
        yield started
