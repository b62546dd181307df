"""The number of a pupil whose dossier is fetched is told to nobody and stands nowhere."""

import asyncio
import io
from pathlib import Path

import grpc

from support.fakes.source import failing, refusing
from support.requesting import NUMBER, requesting


async def test_the_number_is_told_to_nobody(tmp_path: Path, debug_log: io.StringIO) -> None:
    async with requesting(tmp_path) as world:
        told = [await world.fetch()]
        for provide in (refusing("DOSSIER_NOT_FOUND"), failing(grpc.StatusCode.INTERNAL)):
            world.source.provide = provide
            told.append(await world.fetch())
        lines = world.fetch_world.world.hub.lines()
        stored = await asyncio.to_thread(contents, tmp_path)

    assert len(lines) > 3
    assert len(stored) > 10
    everything = [repr(told), repr(lines), debug_log.getvalue(), *stored]
    assert [text for text in everything if NUMBER in text] == []


def contents(folder: Path) -> list[str]:
    """Return what is in each file below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.read_bytes().decode("latin-1") for path in files]
