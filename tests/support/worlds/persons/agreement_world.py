"""Agreements as a process in the small world of the use cases: who offers, accepts and records."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import uuid4

from support.worlds.register_world import TODAY, World
from wissel.clients.testing.cast import HUB, NOORD, PORTAL
from wissel.routing.exchange.acceptance import Acceptance
from wissel.routing.facts import Agreement, AgreementKind, Signatory
from wissel.routing.values.identifiers import BoardNumber, Oin
from wissel.server.registry.agreements.accepting import (
    Accepted,
    IssuedAcceptance,
    accept_agreement,
)
from wissel.server.registry.agreements.commands import (
    AcceptAgreement,
    Acceptor,
    OfferAgreement,
    RecordAgreement,
    RegisterAgreementText,
    WhichText,
)
from wissel.server.registry.agreements.offering import offer_agreement
from wissel.server.registry.agreements.recording import record_agreement
from wissel.server.registry.agreements.texts import RegisteredText, register_text
from wissel.server.registry.persons import Person
from wissel.server.registry.ports import Actor, Transaction
from wissel.server.registry.scope import Scope

T = TypeVar("T")

FRESH: Final = BoardNumber("99009")
"""A board that has signed nothing."""
OSO: Final = AgreementKind.OSO
AS_FRESH: Final = Scope(signatories=frozenset({FRESH}))
AS_VENDOR: Final = Scope(signatories=frozenset({NOORD.oin}))
SUBJECT: Final = "mijn-duo:pseudonym"


class Issuer:
    """A hub that signs nothing, and shows what it would have signed."""

    hub_oin: Oin = HUB.oin

    def __init__(self) -> None:
        self.issued: list[Acceptance] = []

    def issue(self, acceptance: Acceptance) -> IssuedAcceptance:
        self.issued.append(acceptance)
        return IssuedAcceptance(digest=f"{len(self.issued):064x}", signed=b"signed")


def person(board: BoardNumber = FRESH) -> Person:
    now = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    return Person(
        issuer="mijn-duo",
        issuer_url="https://mijn-duo.example",
        subject=SUBJECT,
        boards=frozenset({board}),
        brins=None,
        kvk=None,
        level="loa3",
        authenticated=now,
        expires=now + dt.timedelta(minutes=10),
        signs=True,
    )


def by_person(subject: str = SUBJECT) -> Actor:
    return Actor(caller=PORTAL.oin, method="test", subject=subject, proven=True)


async def by(world: World, actor: Actor, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do one thing in one change of the register, as somebody."""
    async with world.register.transaction(actor) as transaction:
        return await work(transaction)


async def text(
    world: World, version: str = "1.0", kind: AgreementKind = OSO, **more: Any
) -> RegisteredText:
    """Register a text, in Dutch with a document of its own unless it is said, an hour later."""
    world.clock.hour += 1
    given: dict[str, Any] = {
        "kind": kind,
        "version": version,
        "language": "nl",
        "counterparty": "PO-Raad en VO-raad",
        "document": f"{kind} {version} {more.get('language', 'nl')}".encode(),
    }
    command = RegisterAgreementText(**(given | more))
    return await world.run(lambda transaction: register_text(transaction, command))


async def offer(
    world: World,
    signatory: Signatory | None = None,
    kind: AgreementKind = OSO,
    *,
    scope: Scope = AS_FRESH,
    digest: str = "",
    **which: str,
) -> Agreement:
    """Let a signatory ask for an agreement; the fresh board unless it is said."""
    wanted = WhichText(digest=digest) if digest else WhichText(kind=kind, **which)
    command = OfferAgreement(which=wanted, signatory=signatory)
    return await world.run(lambda given: offer_agreement(given, command, scope, uuid4))


async def accept(
    world: World,
    offered: Agreement,
    *,
    digest: str = "",
    start: dt.date | None = None,
    etag: str = "",
    scope: Scope = AS_FRESH,
    issuer: Issuer | None = None,
    actor: Actor | None = None,
    acceptor: Acceptor | None = None,
) -> Accepted:
    """Let a person of the fresh board accept an offer, by its own digest unless it is said."""
    command = AcceptAgreement(
        agreement_id=offered.agreement_id, digest=digest or offered.text, start=start, etag=etag
    )
    who = acceptor or Acceptor(caller=PORTAL.oin, certificate=bytes(32), person=person())
    hub = issuer or Issuer()
    return await by(
        world,
        actor or by_person(),
        lambda given: accept_agreement(given, command, scope, who, hub),
    )


async def record(
    world: World, signatory: Signatory, kind: AgreementKind | None = None, **more: Any
) -> tuple[Agreement, ...]:
    """Record what was concluded elsewhere."""
    command = RecordAgreement(signatory=signatory, kind=kind, **more)
    return await world.run(lambda given: record_agreement(given, command, uuid4))


async def agreements(world: World, signatory: Signatory) -> dict[str, Agreement]:
    """What a signatory has, by id."""
    async with world.register.snapshot() as snapshot:
        found = await snapshot.find(Agreement, signatory=str(signatory))
    return {str(each.agreement_id): each for each in found}
