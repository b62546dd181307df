"""Stages that scenarios share, as long as none of them breaks one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

import pytest

from faults.database import Database, Postgres, Sqlite
from faults.network import Network
from faults.stage import Stage, running_stage


class Stages:
    """The last stage that was asked for; another kind, or a failure, makes a new one."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack = ExitStack()
        self._kind: tuple[str, int] | None = None
        self._stage: Stage | None = None

    @contextmanager
    def borrowed(self, database: str, workers: int) -> Iterator[Stage]:
        """Yield a stage on `sqlite` or `postgres`; whoever fails in the block has broken it."""
        if self._stage is None or self._kind != (database, workers):
            self.close()
            self._stage = self._made(database, workers)
            self._kind = (database, workers)
        try:
            yield self._stage
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the stage."""
        self._stage = None
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made(self, kind: str, workers: int) -> Stage:
        folder = self._folders.mktemp(f"{kind}-{workers}-")
        network = self._stack.enter_context(Network())
        database: Database = Sqlite(folder / "data") if kind == "sqlite" else Postgres(network)
        self._stack.callback(database.close)
        return self._stack.enter_context(running_stage(folder, network, database, workers))
