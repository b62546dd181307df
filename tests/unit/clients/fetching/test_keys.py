"""Which keys a search key is made of: one's own that the hub knows, and what the other signed."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.builders.pki import Pki
from wissel.clients import Identity, StorageError, pupil_number
from wissel.clients.fetching.keys import SearchKeys, own_key
from wissel.clients.identity import Material
from wissel.clients.statements.system_keys import KeyFolder, OwnKey, create_key
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.exchange.fetching.search_keys import NumberKind
from wissel.routing.exchange.fetching.system_keys import system_key_fields
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import SYSTEM_KEY
from wissel.routing.values.identifiers import SystemId
from wissel.traffic.v1 import transfer_service_pb2 as pb

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
SESSION = uuid4()
POINT = pb.DeliveryPoint(system_id="las-noord", system_oin=NOORD.oin)


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki.create(tmp_path / "pki")


def material(pki: Pki, name: str, oin: str) -> Material:
    issued = pki.issue(name, oin=oin)
    return Identity.load(issued.certificate, issued.key, issued.roots).current()


def made(by: Material, system: str, **changes: Any) -> OwnKey:
    fields: dict[str, Any] = {"hub_oin": HUB.oin, "start": NOW - DAY, "end": NOW + 30 * DAY}
    return create_key(by, system_id=SystemId(system), **(fields | changes))


def chosen(folder: KeyFolder, mine: Material, *known: OwnKey, system: str = "") -> OwnKey:
    """Return one's own key, where the hub knows these."""

    async def listed(request: party.ListSystemKeysRequest) -> party.ListSystemKeysResponse:
        shown = [key.signed for key in known if str(key.said.key_id) in request.key_ids]
        return party.ListSystemKeysResponse(keys=shown)

    name = SystemId(system) if system else None
    return asyncio.run(own_key(folder, name, mine, HUB.oin, NOW, listed))


def test_ones_own_key_is_the_last_that_the_hub_knows_and_that_may_be_used(
    pki: Pki, tmp_path: Path
) -> None:
    mine, folder = material(pki, "zuid", ZUID.oin), KeyFolder(tmp_path / "keys")
    old, new = made(mine, "las-zuid"), made(mine, "las-zuid", end=NOW + 60 * DAY)
    unknown = made(mine, "las-zuid", end=NOW + 90 * DAY)
    others = [
        made(mine, "las-zuid", start=NOW + DAY, end=NOW + 90 * DAY),
        made(mine, "las-zuid", start=NOW - 20 * DAY, end=NOW),
        made(mine, "las-zuid", hub_oin=NOORD.oin, end=NOW + 90 * DAY),
    ]
    for key in (old, new, unknown, *others):
        folder.keep(key)

    assert chosen(folder, mine, old, new, *others).said == new.said
    assert chosen(folder, mine, old).said == old.said
    with pytest.raises(StorageError, match="wissel system key create"):
        chosen(folder, mine)


def test_of_several_systems_one_is_named(pki: Pki, tmp_path: Path) -> None:
    mine, folder = material(pki, "zuid", ZUID.oin), KeyFolder(tmp_path / "keys")
    one, other = made(mine, "las-one"), made(mine, "las-other")
    folder.keep(one)
    folder.keep(other)

    with pytest.raises(StorageError, match="las-one, las-other"):
        chosen(folder, mine, one, other)
    assert chosen(folder, mine, one, other, system="las-other").said == other.said


def test_only_what_the_other_side_signed_makes_a_search_key(pki: Pki) -> None:
    mine, theirs = material(pki, "zuid", ZUID.oin), material(pki, "noord", NOORD.oin)
    hub = material(pki, "hub", HUB.oin)
    keys = SearchKeys(
        number=pupil_number("999990019"),
        own=made(mine, "las-zuid"),
        trust=mine.paths,
        hub_oin=HUB.oin,
    )
    true = made(theirs, "las-noord")
    false = [
        made(hub, "las-noord"),
        made(mine, "las-noord"),
        made(theirs, "las-other"),
        made(theirs, "las-noord", hub_oin=NOORD.oin),
        made(theirs, "las-noord", start=NOW - 20 * DAY, end=NOW),
        made(theirs, "las-noord", start=NOW + DAY),
    ]
    shown = [*(key.signed for key in false), low_order(theirs, true)]

    made_of = keys.of_point(POINT, SESSION, [*shown, true.signed], NOW)

    assert (made_of.source_key_id, len(made_of.search_key)) == (str(true.said.key_id), 32)
    assert "999990019" not in repr(keys)
    for none in (shown, []):
        with pytest.raises(Refused, match="SYSTEM_KEY_INVALID"):
            keys.of_point(POINT, SESSION, none, NOW)


def low_order(by: Material, like: OwnKey) -> dossier_pb2.Signed:
    """Return a statement of a key with which every secret is zero."""
    fields = system_key_fields(like.said) | {"public_key": bytes(32), "key_id": str(UUID(int=7))}
    payload = dossier_pb2.SystemKey(**fields).SerializeToString()
    return dossier_pb2.Signed(**signed_fields(by.signer.sign(payload, SYSTEM_KEY)))


def test_a_number_tells_by_its_check_digit_what_it_is() -> None:
    assert pupil_number("999990019\n").kind is NumberKind.BSN
    assert pupil_number("101222331").kind is NumberKind.OWN


@pytest.mark.parametrize("text", ["", "999990018", "99999001", "9999900190", "99999001x", "٩" * 9])
def test_what_is_no_number_of_a_pupil_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="nine digits") as caught:
        pupil_number(text)

    assert not text or text not in str(caught.value)
