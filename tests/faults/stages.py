"""Stages that scenarios share, as long as none of them breaks one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Generic, Self, TypeVar

import pytest

from faults.database import Database, Postgres, Sqlite
from faults.hub_stage import HubStage
from faults.network import Network

StageT = TypeVar("StageT", bound=HubStage)


class Stages(Generic[StageT]):
    """The last stage that was asked for; another kind, or a failure, makes a new one.

    `running` runs one in a folder, on a network and a database, with so many workers.
    """

    def __init__(
        self,
        folders: pytest.TempPathFactory,
        running: Callable[[Path, Network, Database, int], AbstractContextManager[StageT]],
    ) -> None:
        self._folders = folders
        self._running = running
        self._stack = ExitStack()
        self._kind: tuple[str, int] | None = None
        self._stage: StageT | None = None

    @contextmanager
    def borrowed(self, database: str, workers: int) -> Iterator[StageT]:
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

    def _made(self, kind: str, workers: int) -> StageT:
        folder = self._folders.mktemp(f"{kind}-{workers}-")
        network = self._stack.enter_context(Network())
        database: Database = Sqlite(folder / "data") if kind == "sqlite" else Postgres(network)
        self._stack.callback(database.close)
        return self._stack.enter_context(self._running(folder, network, database, workers))
