"""A requester with the SDK."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.requesting import Requesting, requesting
from support.worlds.forwarding import QUICK


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Requesting]:
    """Zuid, who fetches; whoever is silent for two seconds is too slow."""
    async with requesting(tmp_path, QUICK) as world:
        yield world
