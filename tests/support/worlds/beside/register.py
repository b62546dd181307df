"""A real register, the table that follows it and the simple model, changed alike and compared."""

import asyncio
import copy
import datetime as dt
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from support.worlds.beside.model import Days, Given, Model, Place, Then, begun
from support.worlds.beside.questions import (
    LOCATIONS,
    RIO,
    SCHOOLS,
    SERVICES,
    answer,
    change_between,
    questions,
    subjects,
)
from support.worlds.register_world import (
    AS_OPERATOR,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    OSO_OV,
    OTHER_BOARD,
    World,
    endpoint_command,
    mandate_command,
    open_world,
    school,
)
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.forecast.changes import Extent, day_changes
from wissel.routing.deciding.forecast.forecast import concerning
from wissel.routing.deciding.impact.differences import differences
from wissel.routing.deciding.impact.impact import EVERYTHING
from wissel.routing.deciding.locate import Located, locate
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.facts import (
    TEST_SCHOOL,
    Endpoint,
    Fact,
    Processing,
    Qualification,
    Role,
)
from wissel.routing.facts.plain import FACT_KINDS
from wissel.routing.refusals.errors import Refused
from wissel.routing.table import Table
from wissel.routing.values.identifiers import (
    Brin,
    Namespace,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)
from wissel.server.registry.endpoints.registering import (
    register_endpoint,
)
from wissel.server.registry.events import Concerned
from wissel.server.registry.mandates.giving import GivenMandate, create_mandate
from wissel.server.registry.ports import Transaction

T = TypeVar("T")
ASKED_DAYS: Final = (-1, 0, 1, 2, 4, 7)
AHEAD: Final = 12
"""So many days an impact is compared one by one."""
WHOEVER: Final = Asker(oin=NOORD.oin, role=Role.CHAIN_PARTNER)
VENDOR_OF: Final = {LAS_NOORD: NOORD.oin, LAS_ZUID: ZUID.oin}
VENDORS: Final = {
    LAS_NOORD: Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(LAS_NOORD,)),
    LAS_ZUID: Asker(oin=ZUID.oin, role=Role.VENDOR, system_ids=(LAS_ZUID,)),
}


class Beside:
    """A register with its table, and the model beside it.

    Noord is qualified for OSO_OV, Zuid is not; the test school is there too. What the
    register refuses changes none of them.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._folder = tempfile.TemporaryDirectory()
        opened = self._stack.enter_async_context(open_world(Path(self._folder.name)))
        self.world: World = self._runner.run(opened)
        unfit = Qualification(system_id=LAS_ZUID, service=OSO_OV)
        self._runner.run(self.world.put(school(TEST_SCHOOL, OTHER_BOARD, "00"), unfit))
        self.table = Table.load(1, self._facts())
        self.model = begun(self._facts(), LOCATIONS, SERVICES, VENDOR_OF)
        self.past: dict[int, Then] = {}

    @property
    def today(self) -> dt.date:
        return self.world.clock.today

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()
        self._folder.cleanup()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def change(
        self,
        step: Callable[[Transaction], Awaitable[T]],
        change: Callable[[Model, T], None],
    ) -> T | None:
        """Change register, table and model, and compare the impact; None if it is refused."""

        async def work(transaction: Transaction) -> tuple[T, list[Fact], int]:
            outcome = await step(transaction)
            return outcome, list(transaction.written), transaction.revision

        try:
            outcome, written, revision = self._runner.run(self.world.run(work))
        except Refused:
            return None
        before = copy.deepcopy(self.model)
        change(self.model, outcome)
        self._compare_impact(before, self.table.supposing(written))
        self.table = self.table.with_facts(revision, written)
        self.past[revision] = Then(copy.deepcopy(self.model), self.world.clock())
        return outcome

    def compare_then(self, revision: int) -> None:
        """Once a revision was made the answers were those that the model gave then."""
        then, now = self.past[revision], (self.table, self.model)
        at_its_moment = max(each for each, other in self.past.items() if other.at == then.at)

        async def read() -> Callable[[], list[Fact]]:
            async with self.world.register.snapshot() as snapshot:
                assert at_its_moment == await snapshot.revision_at(then.at)
                everyone = Concerned(organisations=frozenset(SCHOOLS))
                return await snapshot.facts_at(revision, everyone)

        try:
            self.table, self.model = Table.load(revision, self._runner.run(read())()), then.model
            self.compare_acting()
            self.compare_ways()
        finally:
            self.table, self.model = now

    def _compare_impact(self, before: Model, after: Table) -> None:
        """What an impact tells of each day is how the model's answers differ."""
        days = [self.today + number * DAY for number in range(AHEAD)]
        told = {
            (each.subject, day): each.change
            for some in differences(self.table, after, self.today)
            for each in some
            for day in days
            if each.first <= day <= each.last
        }
        expected = {}
        for day in days:
            for subject in subjects():
                was, becomes = answer(before, subject, day), answer(self.model, subject, day)
                if was != becomes:
                    expected[subject, day] = change_between(was, becomes)

        assert expected == told

    def compare_forecast(self) -> None:
        """What is foretold of each day is how the model's answers differ from the day before."""
        until = self.today + AHEAD * DAY
        extent = Extent(today=self.today, until=until, concerns=concerning(EVERYTHING))
        told = {
            (each.subject, each.day): each.change
            for some in day_changes(self.table, extent)
            for each in some
        }
        expected = {}
        for number in range(1, AHEAD + 1):
            day = self.today + number * DAY
            for subject in subjects():
                was = answer(self.model, subject, day - DAY)
                becomes = answer(self.model, subject, day)
                if was != becomes:
                    expected[subject, day] = change_between(was, becomes)

        assert expected == told

    def give(
        self,
        giver: Brin,
        service: ServiceCode,
        system: SystemId,
        first: dt.date,
        last: dt.date | None,
    ) -> UUID | None:
        command = mandate_command(
            organisation=giver, service=service, system_id=system, start=first, end=last
        )
        processing = Processing.AWAITING if service == RIO else Processing.NOT_REQUIRED

        def change(model: Model, made: GivenMandate) -> None:
            given = Given(giver, service, system, Days(first, last), processing)
            model.given[made.mandate.mandate_id] = given

        made = self.change(lambda tx: create_mandate(tx, command, AS_OPERATOR, uuid4), change)
        return None if made is None else made.mandate.mandate_id

    def place(
        self,
        mandate_id: UUID,
        number: int,
        vestiging: Vestiging | None,
        version: Namespace,
        first: dt.date,
        last: dt.date | None,
    ) -> UUID | None:
        giver = self.model.given[mandate_id].giver
        command = endpoint_command(
            mandate_id,
            routing_key=RoutingKey(f"{giver.oin[:15]}{number:05d}"),
            vestiging=vestiging or "",
            version=version,
            start=first,
            end=last,
        )

        def change(model: Model, made: Endpoint) -> None:
            place = Place(mandate_id, version, vestiging, Days(first, last))
            model.places[made.endpoint_id] = place

        made = self.change(lambda tx: register_endpoint(tx, command, AS_OPERATOR, uuid4), change)
        return None if made is None else made.endpoint_id

    def version(self, service: ServiceCode, index: int) -> Namespace:
        """A version of a service, oldest first."""
        return list(self.model.versions[service])[index]

    def compare_acting(self) -> None:
        """Whoever may act is who the model says, today and on other days, and why not."""
        for day in self._days():
            for giver, service, system in questions():
                found = may_act(self.table, giver, service, system, day)
                test = giver == TEST_SCHOOL
                expected = self.model.acts(giver, service, system, day, test=test)
                assert expected is (found.reason if isinstance(found, Refusal) else None)

    def compare_ways(self) -> None:
        """Messages go where the model says, whoever asks, today and on other days."""
        for day in self._days():
            for receiver in SCHOOLS:
                for vestiging in (None, *LOCATIONS[receiver]):
                    for service in SERVICES:
                        self._compare_ways(receiver, vestiging, service, day)

    def _compare_ways(
        self, receiver: Brin, vestiging: Vestiging | None, service: ServiceCode, day: dt.date
    ) -> None:
        selection, model = Selection(vestiging=vestiging), self.model
        located = locate(self.table, receiver, selection, service, None, day)
        meant = located.endpoint.endpoint_id if isinstance(located, Located) else None
        assert meant == model.meant(receiver, vestiging, service, day)

        way = self._decided(Query(WHOEVER, None, receiver, service, selection), day)
        assert way == model.way(receiver, vestiging, service, day)
        for system, asker in VENDORS.items():
            for sender in SCHOOLS:
                way = self._decided(Query(asker, sender, receiver, service, selection), day)
                expected = model.way(receiver, vestiging, service, day, sender=(sender, system))
                assert way == expected

    def _decided(self, query: Query, day: dt.date) -> UUID | None:
        found = decide(self.table, query, day)
        return None if isinstance(found, Refusal) else found.endpoint_id

    def _days(self) -> list[dt.date]:
        return [self.today + number * DAY for number in ASKED_DAYS]

    def _facts(self) -> list[Fact]:
        async def read() -> list[Fact]:
            async with self.world.register.snapshot() as snapshot:
                return [fact for kind in FACT_KINDS for fact in await snapshot.find(kind)]

        return self._runner.run(read())
