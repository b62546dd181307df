"""A pupil's data and a vendor's key are in the receiver's own file, and nowhere else.

Whole exchanges, good and failing, with made-up numbers and names in the
payload and in every place where somebody might put them; then every byte that
was logged, stored, measured or answered is searched.
"""

import datetime as dt
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import grpc
import prometheus_client
import pytest

from support.builders import duo_files
from support.builders.stubs import WHY, Stubs
from support.fakes.las import Context, FakeLas, Opened, Requests, refusing
from support.worlds import small_world
from support.worlds.forwarding import World, facts_for, forwarding
from support.worlds.hub import OPERATOR_METADATA, status_of
from wissel.clients import AsyncHub, Identity, IncomingMessage, Las, LasServer, LasSettings
from wissel.clients.testing.cast import HUB
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.values.person_numbers import holds_person_number
from wissel.school.v1 import school_service_pb2 as school
from wissel.server.registry.schools.duo.formats import Source
from wissel.traffic.v1 import route_service_pb2 as route

BSN: Final = "999995571"
ONDERWIJSNUMMER: Final = "101222331"
PERSONS: Final = (BSN, ONDERWIJSNUMMER, "Kanariewijk", "Fladderpunt", "999 995 571", "999.995.571")
"""Numbers that pass their tests, a family name and a street: none of anybody."""

DOSSIER: Final = f"""<dossier xmlns="urn:wissel:test"><leerling>
<bsn>{BSN}</bsn><onderwijsnummer>{ONDERWIJSNUMMER}</onderwijsnummer>
<achternaam>Kanariewijk</achternaam><straat>Fladderpunt</straat>
</leerling></dossier>""".encode()


@dataclass(kw_only=True)
class Heard:
    """What was answered to anybody."""

    answers: list[bytes] = field(default_factory=list)

    async def refusal(self, call: Any) -> str:
        """Return the message of a call that must be refused, and keep all of its status."""
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        self.keep(refused.value)
        return refused.value.details() or ""

    def keep(self, error: grpc.aio.AioRpcError) -> None:
        """Keep all that a refused call was told."""
        self.answers += [
            status_of(error).SerializeToString(),
            (error.details() or "").encode(),
            repr(error.trailing_metadata()).encode(),
        ]


class Keeping(Las):
    """A LAS that keeps what it gets where the test finds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def accept(self, message: IncomingMessage) -> None:
        (self.folder / "kept.xml").write_bytes(message.path.read_bytes())


@pytest.fixture
async def world(tmp_path: Path, debug_log: io.StringIO) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def identity(world: World, name: str) -> Identity:
    files = world.hub.identity(name)
    return Identity.load(files.certificate, files.key, files.roots)


async def blurting(las: FakeLas, opened: Opened, rest: Requests, context: Context) -> Any:
    """Fail with a pupil's data in the message."""
    await las.whole(opened, rest)
    await context.abort(grpc.StatusCode.INTERNAL, f"Kanariewijk {BSN}: no such row")


def canaries(world: World) -> list[bytes]:
    """Return what may be found nowhere, in every spelling in which it might be."""
    texts = [*PERSONS, DOSSIER.hex(), BSN.encode().hex()]
    for name in ("noord", "zuid", "desk"):
        # The third line holds nothing but the public key, which is in every certificate.
        texts += world.hub.identity(name).key.read_text().splitlines()[1:3]
    return [text.encode() for text in texts]


def found(where: str, content: bytes, wanted: list[bytes]) -> list[str]:
    """Return where a canary stands, with what is around it."""
    return [
        f"{where}: ...{content[max(content.index(canary) - 150, 0) :][:300]!r}"
        for canary in wanted
        if canary in content
    ]


def searched(world: World, log: io.StringIO, heard: Heard) -> list[str]:
    """Return every place where a canary is."""
    wanted = canaries(world)
    world.hub.server.flush_log()
    places = {
        "log of calls": world.hub.log.getvalue().encode(),
        "log": log.getvalue().encode(),
        "metrics of calls": prometheus_client.generate_latest(world.hub.metrics),
        "metrics": prometheus_client.generate_latest(world.metrics),
        **{f"answer {number}": answer for number, answer in enumerate(heard.answers)},
    }
    for path in sorted(world.folder.rglob("*")):
        if path.is_file() and path.parent.name not in ("pki", "own"):
            places[str(path.relative_to(world.folder))] = path.read_bytes()
    assert any(name.startswith("journal.db") for name in places)
    assert any(name.startswith("registry.db") for name in places)
    return [each for where, content in places.items() for each in found(where, content, wanted)]


def test_the_numbers_are_what_they_seem() -> None:
    assert all(holds_person_number(number) for number in (BSN, ONDERWIJSNUMMER, "999 995 571"))


async def test_an_exchange_leaves_the_dossier_with_the_receiver_alone(
    world: World, debug_log: io.StringIO
) -> None:
    """The SDK on both sides: outbox, inbox, receipts, answers and logs are searched."""
    own = world.folder / "own"
    own.mkdir()
    (own / "dossier.xml").write_bytes(DOSSIER)
    settings = LasSettings(listen="localhost:0", hub_oin=HUB.oin, storage=world.folder / "inbox")
    async with LasServer(Keeping(own), identity(world, "zuid"), settings) as las:
        await world.hub.put(*facts_for(f"https://{las.address}"))
        async with AsyncHub(
            world.hub.address, identity(world, "noord"), outbox=world.folder / "outbox"
        ) as hub:
            receipt = await hub.send(
                own / "dossier.xml",
                sender="99XA",
                receiver="99XC",
                service="OSO_OV",
                inzage_date=dt.date(2026, 1, 2),
            )
    await world.courier.drain(20)

    assert (own / "kept.xml").read_bytes() == DOSSIER
    assert searched(world, debug_log, Heard(answers=[repr(receipt).encode()])) == []


async def test_exchanges_that_fail_leave_nothing_anywhere(
    world: World, debug_log: io.StringIO
) -> None:
    heard = Heard()
    whole = world.message(DOSSIER)
    other = world.message(DOSSIER.replace(b"Fladderpunt", b"Fladderpant"))

    heard.keep(await world.refusal(replace(whole, chunks=other.chunks)))
    heard.keep(await world.refusal(replace(world.message(DOSSIER), chunks=[DOSSIER[:-9]])))
    heard.keep(await world.refusal(replace(whole, chunks=[DOSSIER * 2])))
    for said in (f"BSN {BSN} is al bekend", f"leerling {ONDERWIJSNUMMER}", "999 995 571"):
        world.las.behave = refusing("DOUBLE", said)
        heard.keep(await world.refusal(world.message(DOSSIER)))
        world.las.behave = refusing(f"DOUBLE_{BSN}", "Nee.")
        heard.keep(await world.refusal(world.message(DOSSIER)))
    world.las.behave = blurting
    heard.keep(await world.refusal(world.message(DOSSIER)))
    await world.courier.drain(20)

    assert set(world.las.received) == {DOSSIER}
    assert searched(world, debug_log, heard) == []


FIELDS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("parties", "GetParty", party.GetPartyRequest(oin=BSN)),
    ("parties", "ListParties", party.ListPartiesRequest(page_token=BSN)),
    ("schools", "GetSchool", school.GetSchoolRequest(brin=BSN)),
    ("schools", "GetBoard", school.GetBoardRequest(board_number=f"x{BSN}x")),
    ("mandates", "GetMandate", mandate.GetMandateRequest(mandate_id=BSN)),
    ("mandates", "ListMandates", mandate.ListMandatesRequest(service=f"A{BSN}")),
    ("mandates", "ListMandates", mandate.ListMandatesRequest(system_id=f"las-{BSN}")),
    ("endpoints", "LookupEndpoints", endpoint.LookupEndpointsRequest(routing_key=BSN)),
    (
        "routes",
        "ResolveRoute",
        route.ResolveRouteRequest(
            sender_brin="99XA", receiver_brin="99XC", service="OSO_OV", service_version=BSN
        ),
    ),
    (
        "routes",
        "ResolveRoute",
        route.ResolveRouteRequest(sender_brin="99XA", receiver_brin="99XC", service=f"A{BSN}"),
    ),
    (
        "routes",
        "ResolveRoute",
        route.ResolveRouteRequest(
            sender_brin=f"{BSN}", receiver_brin="99XC", service="OSO_OV", on_date=BSN
        ),
    ),
)
REASONS: Final = (BSN, f"leerling {ONDERWIJSNUMMER}", "999.995.571", f"123456 {BSN[:3]} 995 571")


async def test_what_somebody_types_in_the_wrong_field_is_not_repeated(
    world: World, debug_log: io.StringIO
) -> None:
    heard, desk = Heard(), Stubs(world.hub, "desk")

    for service, method, request in FIELDS:
        call = getattr(getattr(desk, service), method)
        try:
            heard.answers.append((await call(request)).SerializeToString())
        except grpc.aio.AioRpcError as error:
            heard.keep(error)
    for text in REASONS:
        for reason, account in ((text, "jansen"), ("by letter", text)):
            request = party.RegisterPartyRequest(
                oin="00000003999999770000", name="Nieuw", role="VENDOR", reason=reason
            )
            call = desk.parties.RegisterParty(request, metadata=(("wissel-user", account),))
            assert "PERSON_NUMBER_IN_TEXT" in await heard.refusal(call)
    await heard.refusal(
        desk.mandates.EndMandate(
            mandate.EndMandateRequest(
                mandate_id=str(small_world.C_ZUID.mandate_id),
                immediately=True,
                reason=f"ouders {BSN}",
            ),
            metadata=OPERATOR_METADATA,
        )
    )

    assert searched(world, debug_log, heard) == []


async def test_a_broken_school_file_is_not_repeated(world: World, debug_log: io.StringIO) -> None:
    heard, desk = Heard(), Stubs(world.hub, "desk")
    lines = (
        f"{BSN};x",
        duo_files.po_line(board=BSN),
        duo_files.po_line(vestiging=BSN),
        duo_files.po_line(gemeentenummer=BSN),
    )
    for line in lines:
        text = "\r\n".join([";".join(duo_files.HEADERS[Source.PO_LOCATIONS]), line, ""])
        header = school.ImportSchoolsHeader(file_name=f"leerling {BSN}.csv", reason=WHY)
        parts = [
            school.ImportSchoolsRequest(header=header),
            school.ImportSchoolsRequest(chunk=text.encode()),
        ]
        await heard.refusal(desk.schools.ImportSchools(iter(parts), metadata=OPERATOR_METADATA))

    assert searched(world, debug_log, heard) == []
