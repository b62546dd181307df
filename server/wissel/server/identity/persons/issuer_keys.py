"""The keys of one login broker, fetched now and then and kept through its outages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NoReturn

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.identity.persons.published_keys import (
    KeysUnreadable,
    PublishedKey,
    PublishedKeys,
    published_keys,
)
from wissel.server.identity.persons.token import Unverified
from wissel.server.issuers import Issuer

_LOG: Final = structlog.get_logger("wissel.issuers")

Fetch = Callable[[Issuer], Awaitable[bytes]]
"""Returns the key set of an issuer, or raises `FetchFailed`."""


class FetchFailed(Exception):
    """An issuer's keys could not be fetched; the text says why, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySchedule:
    """How often keys are fetched, in seconds.

    Every `every` seconds, and for a token whose key is not known; never sooner than
    `least` after the last time. Keys that could not be fetched again count for
    `stale` seconds more. At most `waiting` calls wait for a fetch.
    """

    every: float = 600
    least: float = 60
    stale: float = 24 * 3600
    waiting: int = 16


class IssuerKeys:
    """The keys of one issuer. It is used by one event loop; `monotonic` gives seconds."""

    def __init__(
        self, issuer: Issuer, fetch: Fetch, monotonic: Callable[[], float], schedule: KeySchedule
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch
        self._monotonic = monotonic
        self._schedule = schedule
        self._keys = PublishedKeys()
        self._fetched: float | None = None
        self._tried: float | None = None
        self._problem = ""
        self._under_way: asyncio.Task[None] | None = None
        self._waiting = 0

    async def key_for(self, token: Unverified) -> PublishedKey:
        """Return the key that a token names.

        If it is not known the keys are fetched again, at most once a minute whatever
        tokens come: then it is TOKEN_KEY_UNKNOWN, or ISSUER_UNAVAILABLE if there are
        no keys to judge by.
        """
        key = self._known(token)
        if key is None and self._may_fetch():
            await self._wait_for_keys()
            key = self._known(token)
        if key is not None:
            return key
        if self._fresh():
            raise Refused(Reason.TOKEN_KEY_UNKNOWN, issuer=self.issuer.alias)
        raise self._unavailable()

    async def keep_fresh(self) -> NoReturn:
        """Fetch the keys at once and then now and then, until cancelled."""
        while True:
            if self._may_fetch():
                await self._fetching()
            good = self._problem == ""
            await asyncio.sleep(self._schedule.every if good else self._schedule.least)

    def age(self) -> float:
        """Return how many seconds ago the keys were fetched; infinite before the first time."""
        return float("inf") if self._fetched is None else self._monotonic() - self._fetched

    def _known(self, token: Unverified) -> PublishedKey | None:
        return self._keys.chosen(token.kid, token.algorithm) if self._fresh() else None

    def _fresh(self) -> bool:
        return self.age() <= self._schedule.every + self._schedule.stale

    def _may_fetch(self) -> bool:
        if self._under_way is not None:
            return True
        return self._tried is None or self._monotonic() - self._tried >= self._schedule.least

    def _unavailable(self) -> Refused:
        tried = self._monotonic() if self._tried is None else self._tried
        again = max(1.0, tried + self._schedule.least - self._monotonic())
        return Refused(Reason.ISSUER_UNAVAILABLE, retry_after=again, issuer=self.issuer.alias)

    async def _wait_for_keys(self) -> None:
        """Wait for a fetch as one of the calls that may do so at the same time."""
        if self._waiting >= self._schedule.waiting:
            raise Refused(Reason.ISSUER_UNAVAILABLE, retry_after=1.0, issuer=self.issuer.alias)
        self._waiting += 1
        try:
            await self._fetching()
        finally:
            self._waiting -= 1

    async def _fetching(self) -> None:
        """Wait for the fetch that is under way, or for a new one that all callers share."""
        if self._under_way is None:
            self._tried = self._monotonic()
            self._under_way = asyncio.create_task(self._refresh())
        await asyncio.shield(self._under_way)  # one caller that hangs up ends it for nobody

    async def _refresh(self) -> None:
        odd: Exception | None = None
        try:
            self._keys = published_keys(await self._fetch(self.issuer))
            self._fetched, problem = self._monotonic(), ""
        except (FetchFailed, KeysUnreadable) as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - an odd failure ends neither a call nor the task
            problem, odd = type(error).__name__, error
        finally:
            self._under_way = None
        if problem and problem != self._problem:
            _LOG.warning(
                "issuer_keys_failed", issuer=self.issuer.alias, problem=problem, exc_info=odd
            )
        elif self._problem and not problem:
            _LOG.info("issuer_keys_fetched", issuer=self.issuer.alias)
        self._problem = problem
