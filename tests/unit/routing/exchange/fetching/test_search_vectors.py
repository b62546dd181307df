"""The vectors of keys and search keys in docs/vectors say what this code says."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from support.paths import ROOT
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.fetching.search_keys import (
    KeyOf,
    NumberKind,
    PupilNumber,
    search_key,
    session_secret,
)
from wissel.routing.exchange.fetching.system_keys import system_key_fields, verified_key
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.identifiers import Oin, SystemId

Case = Mapping[str, Any]


def load(name: str) -> Any:
    return json.loads((ROOT / "docs" / "vectors" / name).read_text())


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in load(name)]


@pytest.fixture(scope="module")
def trust() -> Trust:
    return Trust.from_pem(load("keys.json")["root_pem"].encode())


@pytest.mark.parametrize("case", cases("system_keys.json"))
def test_system_key(case: Case, trust: Trust) -> None:
    signed = pb.Signed.FromString(bytes.fromhex(case["signed"]))
    owner, hub, now = case["owner_oin"], case["hub_oin"], dt.datetime.fromisoformat(case["now"])
    reason, cause = "", ""

    try:
        said = verified_key(signed_of(signed), pb.SystemKey, trust, Oin(owner), Oin(hub), now)
    except Refused as refused:
        reason, cause = refused.reason, refused.metadata.get("problem", "")
    else:
        assert pb.SystemKey(**system_key_fields(said)).SerializeToString() == signed.payload

    assert case.get("reason", "") == reason
    assert case.get("cause") in {None, cause}


@pytest.mark.parametrize("case", cases("search_keys.json"))
def test_search_key(case: Case) -> None:
    source, requester = (
        KeyOf(system_id=SystemId(each["system_id"]), key_id=UUID(each["key_id"]))
        for each in (case["source"], case["requester"])
    )
    for mine, theirs in (("source", "requester"), ("requester", "source")):
        own = X25519PrivateKey.from_private_bytes(bytes.fromhex(case[mine]["private_key"]))
        other = bytes.fromhex(case[theirs]["public_key"])
        secret = session_secret(own, other, UUID(case["session_id"]), source, requester)
        kind, _, digits = case["number"].partition(":")
        key = search_key(secret, PupilNumber(kind=NumberKind(kind), digits=digits))

        assert (secret.hex(), key.hex()) == (case["secret"], case["search_key"])
