"""Each comparison with the clock, when that clock is wrong: by five minutes, and by a day."""

import datetime as dt
from typing import Any, Final

import pytest

from support.builders import envelopes
from support.builders.orders import DIGEST, NOW, order
from support.builders.pki import Identity, Pki
from support.fakes.raw_hub import RawHub
from wissel.clients.identity import Identity as LasIdentity
from wissel.clients.identity import Material
from wissel.clients.las.opening import judge as judge_opening
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.delivery_moves import claim, expire, owned, stored_answer
from wissel.routing.exchange.envelope import freshness
from wissel.routing.exchange.proof import verify_receiver_receipt
from wissel.routing.exchange.receipt_messages import receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, ReceiverReceipt
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.dsse import RECEIVER_RECEIPT
from wissel.server.identity.crls import GRACE
from wissel.server.identity.trust import HubTrust

SECOND: Final = dt.timedelta(seconds=1)
MINUTES: Final = dt.timedelta(minutes=5)
DAY: Final = dt.timedelta(days=1)
WEEK: Final = dt.timedelta(days=7)

ERRORS: Final = (-DAY, -MINUTES - SECOND, -MINUTES, MINUTES, MINUTES + SECOND, DAY)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def brief(pki: Pki) -> Identity:
    """A certificate that is valid for an hour either way."""
    hour = dt.timedelta(hours=1)
    return pki.issue("brief", oin=NOORD.oin, not_before=pki.now - hour, not_after=pki.now + hour)


def fresh(error: dt.timedelta, at: dt.datetime) -> str:
    try:
        freshness(envelopes.context(created=NOW), at + error)
    except Refused as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize("error", ERRORS)
def test_an_envelope_just_made(error: dt.timedelta) -> None:
    """The clock of the hub is behind: up to five minutes are forgiven; ahead does not matter."""
    assert fresh(error, NOW) == ("ENVELOPE_FROM_FUTURE" if error < -MINUTES else "")


@pytest.mark.parametrize("error", ERRORS)
def test_an_envelope_about_to_expire(error: dt.timedelta) -> None:
    """The clock of the hub is ahead: less than five minutes are forgiven."""
    last = NOW + WEEK - SECOND

    assert fresh(error, last) == ("ENVELOPE_EXPIRED" if error > MINUTES else "")


@pytest.mark.parametrize("error", ERRORS)
def test_a_certificate_in_the_middle_of_its_validity(
    pki: Pki, brief: Identity, error: dt.timedelta
) -> None:
    """Nothing is forgiven: its issuer has dated it back where clocks differ."""
    expected = {-DAY: "CERTIFICATE_NOT_YET_VALID", DAY: "CERTIFICATE_EXPIRED"}
    trust = HubTrust.read(pki.roots)
    path = trust.path(brief.chain_der, Purpose.CLIENT, pki.now)
    at = pki.now + error

    assert (trust.problem(path, frozenset(), at) is None) == (error not in expected)
    if error in expected:
        with pytest.raises(Refused, match=expected[error]):
            trust.check(path, frozenset(), at)
        with pytest.raises(Refused, match=expected[error]):
            trust.path(brief.chain_der, Purpose.CLIENT, at)
    else:
        trust.check(path, frozenset(), at)


@pytest.mark.parametrize("error", ERRORS)
def test_a_revocation_list_at_its_next_update(pki: Pki, error: dt.timedelta) -> None:
    until = (pki.now + DAY).replace(microsecond=0)
    noord = pki.issue("noord")
    trust = HubTrust.read(pki.roots, [pki.crl("window", next_update=until)])
    path = trust.path(noord.chain_der, Purpose.CLIENT, pki.now)

    trust.check(path, frozenset(), until + error)

    assert trust.stale(until + error) == (error > dt.timedelta())


@pytest.mark.parametrize("error", ERRORS)
def test_a_revocation_list_at_the_end_of_its_grace(pki: Pki, error: dt.timedelta) -> None:
    until = (pki.now + DAY).replace(microsecond=0)
    noord = pki.issue("noord")
    trust = HubTrust.read(pki.roots, [pki.crl("grace", next_update=until)])
    path = trust.path(noord.chain_der, Purpose.CLIENT, pki.now)

    late = error > dt.timedelta()

    assert (trust.problem(path, frozenset(), until + GRACE + error) is None) != late


@pytest.mark.parametrize("error", ERRORS)
def test_a_revocation_counts_whatever_the_clock_says(pki: Pki, error: dt.timedelta) -> None:
    """A list dated in the future by a clock that is behind still revokes."""
    noord = pki.issue("noord")
    trust = HubTrust.read(pki.roots, [])
    path = trust.path(noord.chain_der, Purpose.CLIENT, pki.now)
    listing = HubTrust.read(pki.roots, [pki.crl("future", noord.leaf, this_update=pki.now)])

    with pytest.raises(Refused, match="CERTIFICATE_REVOKED"):
        listing.check(path, frozenset(), pki.now + error)


@pytest.mark.parametrize("error", [*ERRORS, -SECOND, dt.timedelta(), SECOND])
def test_a_lease_at_its_end(error: dt.timedelta) -> None:
    """Behind, the hub waits longer; ahead, it lets a second attempt begin, which is fenced."""
    running = claim(None, order(lease_until=NOW + WEEK), NOW)
    at = NOW + WEEK + error
    ended = error >= dt.timedelta()

    assert owned(running, at) != ended
    assert (expire(running, at) is running) != ended
    if ended:
        assert stored_answer(running, DIGEST, at) is None
        return
    with pytest.raises(Refused, match="MESSAGE_IN_PROGRESS"):
        stored_answer(running, DIGEST, at)


@pytest.fixture(scope="module")
def las(pki: Pki) -> Material:
    zuid = pki.issue("zuid", oin=ZUID.oin)
    return LasIdentity.load(zuid.certificate, zuid.key, zuid.roots).current()


@pytest.fixture(scope="module")
def hub(pki: Pki) -> RawHub:
    """A hub and a sender whose certificates outlast every wrong clock here."""
    long: dict[str, Any] = {"not_before": pki.now - 9 * DAY, "not_after": pki.now + 9 * DAY}
    return RawHub(pki.issue("hub", oin=HUB.oin, **long), pki.issue("sender", oin=NOORD.oin, **long))


@pytest.mark.parametrize("error", [*ERRORS, 2 * MINUTES - SECOND, 2 * MINUTES])
def test_a_stamp_that_holds_for_five_minutes(
    pki: Pki, las: Material, hub: RawHub, error: dt.timedelta
) -> None:
    """The clock of the LAS is wrong: five minutes before the stamp and after it are forgiven."""
    made = hub.delivery(pki.now)
    opening = las_service_pb2.Opening(header=made.header, stamp=made.stamp)

    def accept() -> object:
        return judge_opening(opening, las, HUB.oin, pki.now + error)

    if -MINUTES <= error < 2 * MINUTES:
        assert accept()
        return
    with pytest.raises(Refused, match="STAMP_INVALID"):
        accept()


@pytest.mark.parametrize("error", ERRORS)
def test_a_receipt_of_this_moment(pki: Pki, hub: RawHub, error: dt.timedelta) -> None:
    """The clock of the hub is behind that of the LAS: up to five minutes are forgiven."""
    exchange = Exchange(
        hub_oin=HUB.oin,
        sender_oin=NOORD.oin,
        receiver_oin=NOORD.oin,
        message_id=envelopes.MESSAGE_ID,
        header_digest=DIGEST,
        payload_size=1,
        payload_sha256=DIGEST,
    )
    receipt = ReceiverReceipt(
        signer_oin=NOORD.oin, exchange=exchange, received=pki.now, stamp_digest=DIGEST
    )
    body = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt)).SerializeToString()
    signed = hub.sender.sign(body, RECEIVER_RECEIPT)
    trust = HubTrust.read(pki.roots)

    def verify() -> ReceiverReceipt:
        return verify_receiver_receipt(
            signed, dossier_pb2.ReceiverReceipt, trust, exchange, pki.now + error
        )

    if error >= -MINUTES:
        assert verify() == receipt
        return
    with pytest.raises(Refused, match="RECEIPT_INVALID"):
        verify()
