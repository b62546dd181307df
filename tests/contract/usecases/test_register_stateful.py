"""Boards, vendors, DUO and operators, at random and as days go by, beside a simple model.

After every step `may_act`, `locate`, `decide` and `impact` agree with the model, on every
question that there is here, today and on other days; and so does what was known once any
earlier revision was made. Those who watch, and crash, end with exactly what is their own. What is
foretold of the days to come is what the model answers then.
"""

from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    initialize,
    multiple,
    precondition,
    rule,
)

from support.worlds.beside.desk_rules import DeskRules, ahead, offsets, schools, services, systems
from support.worlds.beside.model import Model
from support.worlds.beside.questions import LOCATIONS
from support.worlds.beside.watching import WATCHERS, Watcher, watchers_of
from support.worlds.register_world import (
    AS_DUO,
    AS_OPERATOR,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    OSO_OV,
    SCHOOL,
    SECOND_SCHOOL,
)
from wissel.routing.facts import TEST_SCHOOL, Processing
from wissel.routing.values.identifiers import Brin, ServiceCode, SystemId
from wissel.server.registry.commands import (
    EndEndpoint,
    EndMandate,
    ProcessMandate,
    ResumeEndpoint,
    SuspendEndpoint,
)
from wissel.server.registry.endpoints.changing import (
    end_endpoint,
    resume_endpoint,
    suspend_endpoint,
)
from wissel.server.registry.mandates.changing import end_mandate, process_mandate


class Registers(DeskRules):
    """Changes a real register and the model alike; what the register refuses changes neither."""

    mandates: Bundle[UUID] = Bundle("mandates")
    endpoints: Bundle[UUID] = Bundle("endpoints")

    def __init__(self) -> None:
        super().__init__()
        self.watchers = watchers_of(self.beside.run(self.beside.world.revision()))

    @initialize(target=mandates)
    def schools_are_connected(self) -> MultipleResults[UUID]:
        """One location of a school at Noord, and two at Zuid, among them the test school."""
        latest, today = self.beside.version(OSO_OV, -1), self.today
        ids = []
        for giver, system in (
            (SCHOOL, LAS_NOORD),
            (SECOND_SCHOOL, LAS_ZUID),
            (TEST_SCHOOL, LAS_ZUID),
        ):
            mandate_id = self.beside.give(giver, OSO_OV, system, today - 3 * DAY, None)
            assert mandate_id is not None
            ids.append(mandate_id)
            own = LOCATIONS[giver][-1] if giver == SCHOOL else None
            assert self.beside.place(mandate_id, 9, own, latest, today, None)
        return multiple(*ids)

    @initialize(target=endpoints)
    def no_endpoints(self) -> MultipleResults[UUID]:
        return multiple()

    @rule(
        target=mandates,
        giver=schools,
        service=services,
        system=systems,
        start=offsets,
        length=st.none() | ahead,
    )
    def give(
        self, giver: Brin, service: ServiceCode, system: SystemId, start: int, length: int | None
    ) -> MultipleResults[UUID] | UUID:
        first = self.today + start * DAY
        last = None if length is None else first + length * DAY
        return self.beside.give(giver, service, system, first, last) or multiple()

    @rule(mandate_id=mandates, end=st.none() | ahead)
    def end(self, mandate_id: UUID, end: int | None) -> None:
        last = None if end is None else self.today + end * DAY
        command = EndMandate(mandate_id=mandate_id, end=last)

        def change(model: Model, _: object) -> None:
            model.given[mandate_id].stopped = last is None
            model.given[mandate_id].days.end = last

        self.beside.change(lambda tx: end_mandate(tx, command, AS_OPERATOR), change)

    @rule(mandate_id=mandates, rejected=st.booleans())
    def process(self, mandate_id: UUID, rejected: bool) -> None:
        command = ProcessMandate(
            mandate_id=mandate_id,
            processing=Processing.REJECTED if rejected else Processing.PROCESSED,
            rejection="no pupils",
        )

        def change(model: Model, _: object) -> None:
            model.given[mandate_id].processing = command.processing

        self.beside.change(lambda tx: process_mandate(tx, command, AS_DUO), change)

    @rule(
        target=endpoints,
        mandate_id=mandates,
        number=st.integers(1, 3),
        own=st.booleans(),
        start=ahead,
        length=st.none() | ahead,
        older=st.booleans(),
    )
    def register(
        self,
        mandate_id: UUID,
        number: int,
        own: bool,
        start: int,
        length: int | None,
        older: bool,
    ) -> MultipleResults[UUID] | UUID:
        given = self.beside.model.given[mandate_id]
        first = self.today + start * DAY
        last = None if length is None else first + length * DAY
        vestiging = LOCATIONS[given.giver][-1] if own else None
        version = self.beside.version(given.service, 0 if older else -1)
        return self.beside.place(mandate_id, number, vestiging, version, first, last) or multiple()

    @rule(endpoint_id=endpoints, suspended=st.booleans())
    def suspend(self, endpoint_id: UUID, suspended: bool) -> None:
        def change(model: Model, _: object) -> None:
            model.places[endpoint_id].suspended = suspended

        if suspended:
            stop = SuspendEndpoint(endpoint_id=endpoint_id)
            self.beside.change(lambda tx: suspend_endpoint(tx, stop, AS_OPERATOR), change)
        else:
            resume = ResumeEndpoint(endpoint_id=endpoint_id)
            self.beside.change(lambda tx: resume_endpoint(tx, resume, AS_OPERATOR), change)

    @rule(endpoint_id=endpoints, end=st.none() | ahead)
    def end_place(self, endpoint_id: UUID, end: int | None) -> None:
        last = None if end is None else self.today + end * DAY
        command = EndEndpoint(endpoint_id=endpoint_id, end=last)

        def change(model: Model, _: object) -> None:
            model.places[endpoint_id].stopped = last is None
            model.places[endpoint_id].days.end = last

        self.beside.change(lambda tx: end_endpoint(tx, command, AS_OPERATOR), change)

    @precondition(lambda self: self.beside.past)
    @rule(data=st.data())
    def ask_what_was_known(self, data: st.DataObject) -> None:
        """At any revision of the past the register answers what the model remembers."""
        self.beside.compare_then(data.draw(st.sampled_from(sorted(self.beside.past))))

    @rule()
    def foresee(self) -> None:
        """What is foretold is what the model will answer if nothing is done."""
        self.beside.compare_forecast()

    @rule(name=st.sampled_from(sorted(WATCHERS)), kept=st.booleans())
    def watch(self, name: str, kept: bool) -> None:
        """Somebody is told all that came, and may crash before it has kept that."""
        self.tell(self.watchers[name])
        if kept:
            self.watchers[name].keep()
        else:
            self.watchers[name].crash()

    def tell(self, watcher: Watcher) -> None:
        self.beside.run(watcher.read(self.beside.world, self.beside.table))
        watcher.compare(self.beside.model)

    def teardown(self) -> None:
        for watcher in self.watchers.values():
            self.tell(watcher)
        super().teardown()


TestRegisters = Registers.TestCase
TestRegisters.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,  # the database and two cores shared with others take their time
    suppress_health_check=[HealthCheck.too_slow],
)
