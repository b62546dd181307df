"""Strategies for every kind of fact, and for the names in them."""

import datetime as dt
from typing import Final

from hypothesis import strategies as st

from support.builders.strategies.names import days, named, organisations, periods, texts
from support.builders.strategies.schools import (
    boards,
    postcode_areas,
    samenwerkingsverbanden,
    schools,
)
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    AgreementText,
    Attribute,
    DeliveryContract,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Processing,
    Qualification,
    Revocation,
    RevocationTarget,
    Role,
    RolloutStage,
    Sector,
    Service,
    ServiceVersion,
    SourceReport,
    System,
    SystemKey,
)
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    Vestiging,
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
        unapproved=st.booleans(),
    )


def revocations() -> st.SearchStrategy[Revocation]:
    """Revocations by each target."""
    return st.builds(Revocation, target=st.sampled_from(RevocationTarget), value=texts())


def system_keys() -> st.SearchStrategy[SystemKey]:
    """Keys of systems."""
    return st.builds(
        SystemKey,
        system_id=named(SystemId),
        key_id=st.uuids(),
        public_key=st.binary(min_size=32, max_size=32).map(bytes.hex),
        start=_instants(),
        end=_instants(),
        ended=st.none() | _instants(),
        statement=texts(),
    )


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
    postcode_areas(),
    system_keys(),
)
"""One strategy for each kind of fact."""


def facts() -> st.SearchStrategy[Fact]:
    """Facts of every kind."""
    return st.one_of(EACH_KIND)
