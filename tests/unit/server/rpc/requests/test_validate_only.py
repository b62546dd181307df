"""Whatever can stop or move a route can be asked about before it is done (design.md#impact)."""

from typing import Final

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor

from wissel.server.rpc import servicers  # noqa: F401 - loads the contract
from wissel.server.rpc.calls.policy import POLICY

HARMLESS: Final = {
    "WhoAmI": "it names the revision, and changes nothing",
    "RegisterSamenwerkingsverband": "nothing leads to what is new",
    "UpdateSamenwerkingsverband": "no decision reads its name or KvK number",
    "ImportSamenwerkingsverbanden": "as registering and updating them one by one",
    "ImportPostcodes": "no decision reads in whose region a school is",
    "LocateSchools": "no decision reads where a location is",
    "UpdateBoard": "no decision reads its name or KvK number",
    "RegisterParty": "nothing leads to what is new",
    "RegisterService": "nothing is mandated for what is new",
    "RegisterSystem": "nothing leads to what is new",
    "UpdateService": "no decision reads what schools are told",
    "UpdateParty": "no decision reads whom to ask",
    "UpdateSystem": "no decision reads whom to ask",
    "RegisterSystemKey": "no decision reads a key",
    "EndSystemKey": "no decision reads a key",
    "OfferAgreement": "what is offered is no agreement yet",
    "AcceptAgreement": "it only brings routes; what it replaces lasts until the day before",
    "DeclineAgreement": "what is offered was no agreement",
    "RevokeCertificate": "which certificates there are the register does not know",
}
"""Mutations without `validate_only`, and why."""


def mutations() -> dict[str, MethodDescriptor]:
    """Every method that answers with the revision which it made, by its name."""
    pool = descriptor_pool.Default()
    methods = [
        pool.FindServiceByName(path.split("/")[1]).methods_by_name[path.split("/")[2]]
        for path in POLICY
        if path.startswith("/wissel.")
    ]
    return {
        method.name: method for method in methods if "revision" in method.output_type.fields_by_name
    }


def test_every_mutation_tells_its_impact_or_has_none() -> None:
    telling = {
        name
        for name, method in mutations().items()
        if "impact" in method.output_type.fields_by_name
    }

    assert HARMLESS.keys() == mutations().keys() - telling
    assert set() == telling & HARMLESS.keys()


def test_what_tells_its_impact_can_be_asked_to() -> None:
    """An import is asked by its header."""
    silent = {
        name
        for name, method in mutations().items()
        if "validate_only" not in method.input_type.fields_by_name
    }

    assert HARMLESS.keys() | {"ImportSchools"} == silent
