"""Strategies for every kind of fact, and for the names in them."""

import datetime as dt
from typing import Final, TypeVar

from hypothesis import strategies as st

from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    AgreementText,
    Attribute,
    Board,
    DeliveryContract,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Party,
    Processing,
    Qualification,
    Revocation,
    RevocationTarget,
    Role,
    RolloutStage,
    Samenwerkingsverband,
    School,
    Sector,
    Service,
    ServiceVersion,
    SourceReport,
    System,
)
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Brin,
    Identifier,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    Vestiging,
)

Name = TypeVar("Name", bound=Identifier)


def named(kind: type[Name]) -> st.SearchStrategy[Name]:
    """Well-formed identifiers of a kind."""
    return st.from_regex(kind.pattern, fullmatch=True).map(kind)


def days() -> st.SearchStrategy[dt.date]:
    """Days that occur in a register."""
    return st.dates(dt.date(2015, 1, 1), dt.date(2040, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Periods, half of them open."""
    first, second = sorted((draw(days()), draw(days())))
    return Period(first, second if draw(st.booleans()) else None)


def texts() -> st.SearchStrategy[str]:
    """Free text, also outside ASCII."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def organisations() -> st.SearchStrategy[Brin | Swv]:
    """Schools and samenwerkingsverbanden."""
    return st.one_of(named(Brin), named(Swv))


def boards() -> st.SearchStrategy[Board]:
    """Boards, some known by number only."""
    return st.builds(Board, number=named(BoardNumber), name=texts(), kvk=texts())


def locations() -> st.SearchStrategy[Location]:
    """Locations of any school."""
    return st.builds(
        Location,
        vestiging=named(Vestiging),
        name=texts(),
        source=texts(),
        postcode=texts(),
        city=texts(),
        municipality=texts(),
        closed=st.none() | days(),
        sector=st.none() | st.sampled_from(Sector),
    )


def schools() -> st.SearchStrategy[School]:
    """Schools with up to three locations."""
    return st.builds(
        School,
        brin=named(Brin),
        board=named(BoardNumber),
        source=texts(),
        locations=st.lists(locations(), max_size=3).map(tuple),
    )


def samenwerkingsverbanden() -> st.SearchStrategy[Samenwerkingsverband]:
    """Samenwerkingsverbanden."""
    return st.builds(
        Samenwerkingsverband, code=named(Swv), name=texts(), oin=named(Oin), kvk=texts()
    )


def agreements() -> st.SearchStrategy[Agreement]:
    """Agreements of each kind, signed by anybody."""
    return st.builds(
        Agreement,
        agreement_id=st.uuids(),
        signatory=st.one_of(named(BoardNumber), named(Swv), named(Oin)),
        kind=st.sampled_from(AgreementKind),
        period=periods(),
        status=st.sampled_from(AgreementStatus),
        signer=texts(),
        accepted=st.none() | _instants(),
        predecessor=st.none() | named(BoardNumber),
        only_with=st.none() | st.sampled_from(AgreementKind),
    )


def agreement_texts() -> st.SearchStrategy[AgreementText]:
    """Texts of each kind."""
    return st.builds(
        AgreementText,
        digest=st.binary(min_size=32, max_size=32).map(bytes.hex),
        kind=st.sampled_from(AgreementKind),
        start=days(),
        registered=_instants(),
        size=st.integers(0, 1 << 20),
        renewal=st.none() | days(),
    )


def parties() -> st.SearchStrategy[Party]:
    """Parties in each role."""
    return st.builds(
        Party, oin=named(Oin), name=texts(), role=st.sampled_from(Role), contact=texts()
    )


def systems() -> st.SearchStrategy[System]:
    """Systems, some with an OIN of their own."""
    return st.builds(
        System,
        system_id=named(SystemId),
        party=named(Oin),
        name=texts(),
        oin=st.none() | named(Oin),
    )


def qualifications() -> st.SearchStrategy[Qualification]:
    """Qualifications with rollouts and pilots."""
    return st.builds(
        Qualification,
        system_id=named(SystemId),
        service=named(ServiceCode),
        qualified=st.booleans(),
        test_message_ids=st.lists(st.uuids(), max_size=3).map(tuple),
        rollout=st.sampled_from(RolloutStage),
        pilots=st.frozensets(organisations(), max_size=3),
    )


def service_versions() -> st.SearchStrategy[ServiceVersion]:
    """Versions of a service."""
    return st.builds(
        ServiceVersion, namespace=named(Namespace), period=periods(), active=st.booleans()
    )


def services() -> st.SearchStrategy[Service]:
    """Services with all their properties."""
    kinds = st.lists(st.sampled_from(AgreementKind), max_size=2).map(tuple)
    return st.builds(
        Service,
        code=named(ServiceCode),
        name=texts(),
        owner=named(Oin),
        aliases=st.lists(named(ServiceCode), max_size=2).map(tuple),
        board_agreements=kinds,
        vendor_agreements=kinds,
        processed_by_owner=st.booleans(),
        forwardable=st.booleans(),
        sectors=st.lists(st.sampled_from(Sector), max_size=2).map(tuple),
        note=texts(),
        versions=st.lists(service_versions(), max_size=3).map(tuple),
        processing_days=st.integers(0, 60),
    )


def mandates() -> st.SearchStrategy[Mandate]:
    """Mandates in each state."""
    return st.builds(
        Mandate,
        mandate_id=st.uuids(),
        organisation=organisations(),
        service=named(ServiceCode),
        system_id=named(SystemId),
        period=periods(),
        processing=st.sampled_from(Processing),
        created=_instants(),
        stopped=st.booleans(),
        processed=st.none() | _instants(),
        rejection=texts(),
    )


def _instants() -> st.SearchStrategy[dt.datetime]:
    return st.datetimes(
        dt.datetime(2015, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        dt.datetime(2040, 1, 1),  # noqa: DTZ001
        timezones=st.just(dt.UTC),
    )


def delivery_contracts() -> st.SearchStrategy[DeliveryContract]:
    """Delivery contracts."""
    number = st.integers(0, 2**31)
    return st.builds(
        DeliveryContract,
        max_payload_bytes=number,
        max_attempts=number,
        retry_seconds=number,
        persist_seconds=number,
    )


def endpoints() -> st.SearchStrategy[Endpoint]:
    """Endpoints in each state."""
    return st.builds(
        Endpoint,
        endpoint_id=st.uuids(),
        mandate_id=st.uuids(),
        organisation=organisations(),
        service=named(ServiceCode),
        system_id=named(SystemId),
        version=named(Namespace),
        routing_key=named(RoutingKey),
        url=texts(),
        attribute=st.sampled_from(Attribute),
        period=periods(),
        vestiging=st.none() | named(Vestiging),
        aanleverpunt=st.none() | named(Aanleverpunt),
        contract=delivery_contracts(),
        suspended=st.booleans(),
        stopped=st.booleans(),
    )


def revocations() -> st.SearchStrategy[Revocation]:
    """Revocations by each target."""
    return st.builds(Revocation, target=st.sampled_from(RevocationTarget), value=texts())


def source_reports() -> st.SearchStrategy[SourceReport]:
    """What sources of schools last reported."""
    return st.builds(
        SourceReport,
        source=st.text("abc0", min_size=1),
        as_of=days(),
        sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    )


EACH_KIND: Final[tuple[st.SearchStrategy[Fact], ...]] = (
    boards(),
    schools(),
    samenwerkingsverbanden(),
    agreement_texts(),
    agreements(),
    parties(),
    systems(),
    qualifications(),
    services(),
    mandates(),
    endpoints(),
    revocations(),
    source_reports(),
)
"""One strategy for each kind of fact."""


def facts() -> st.SearchStrategy[Fact]:
    """Facts of every kind."""
    return st.one_of(EACH_KIND)
