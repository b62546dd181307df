"""What requests about parties and systems ask for."""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from wissel.party.v1 import party_service_pb2 as pb
from wissel.routing.facts import (
    Evidence,
    EvidenceKind,
    RevocationTarget,
    RolloutStage,
    RolloutStep,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.server.registry.parties.revocation import RevokeCertificate
from wissel.server.registry.parties.told import DeskChange
from wissel.server.rpc.requests.parsing import choice, few, organisation, required, uuid

MOST_EVIDENCE: Final = 20
MOST_TEST_MESSAGES: Final = 100
MOST_PILOTS: Final = 1000
MOST_STEPS: Final = 100
_PILOTS: Final = "pilot_organisations"


def evidence_of(request: pb.QualifySystemRequest, today: dt.date) -> tuple[Evidence, ...]:
    """Return the evidence of a request; messages that are named alone are a test of today."""
    given = few(request.evidence, MOST_EVIDENCE, "evidence")
    evidence = [
        Evidence(
            kind=choice(EvidenceKind, each.kind, "evidence.kind"),
            day=parse_optional_day(each.date, "evidence.date") or today,
            message_ids=_uuids(each.message_ids, "evidence.message_ids"),
            reference=each.reference,
        )
        for each in given
    ]
    messages = _uuids(request.test_message_ids, "test_message_ids")
    if messages:
        exchange = Evidence(kind=EvidenceKind.TEST_EXCHANGE, day=today, message_ids=messages)
        evidence.append(exchange)
    return tuple(evidence)


def _uuids(texts: Sequence[str], field: str) -> tuple[UUID, ...]:
    return tuple(uuid(text, field) for text in few(texts, MOST_TEST_MESSAGES, field))


def steps_of(request: pb.SetRolloutRequest, today: dt.date) -> tuple[RolloutStep, ...]:
    """Return the rollout that is asked for; one without days holds from today on."""
    asked: Sequence[pb.RolloutStep | pb.SetRolloutRequest] = request.steps or [request]
    if request.steps and (request.rollout or request.pilot_organisations):
        raise Refused(Reason.FIELD_INVALID, field="rollout", problem="steps say it already")
    few(request.steps, MOST_STEPS, "steps")
    few([each for one in asked for each in one.pilot_organisations], MOST_PILOTS, _PILOTS)
    return tuple(
        RolloutStep(
            start=_start(one, today),
            stage=choice(RolloutStage, one.rollout, "rollout"),
            pilots=frozenset(organisation(text, _PILOTS) for text in one.pilot_organisations),
        )
        for one in asked
    )


def _start(step: pb.RolloutStep | pb.SetRolloutRequest, today: dt.date) -> dt.date:
    said = step.start_date if isinstance(step, pb.RolloutStep) else ""
    return parse_optional_day(said, "start_date") or today


def desk_of(request: pb.UpdatePartyRequest | pb.UpdateSystemRequest) -> DeskChange:
    """Return what is to change of a desk."""
    asked = request.desk
    return DeskChange(
        mail=asked.mail if asked.HasField("mail") else None,
        telephone=asked.telephone if asked.HasField("telephone") else None,
        hours=asked.hours if asked.HasField("hours") else None,
    )


def revocation_of(request: pb.RevokeCertificateRequest) -> RevokeCertificate:
    """Return what is to be refused; raises `Refused(FIELD_REQUIRED)` for nothing."""
    match request.WhichOneof("target"):
        case "issuer_serial":
            issuer = required(request.issuer_serial.issuer, "issuer_serial.issuer")
            serial = required(request.issuer_serial.serial, "issuer_serial.serial")
            return RevokeCertificate(
                target=RevocationTarget.ISSUER_SERIAL, value=f"{issuer}#{serial}"
            )
        case "spki_sha256":
            return RevokeCertificate(target=RevocationTarget.SPKI_SHA256, value=request.spki_sha256)
        case "certificate_sha256":
            return RevokeCertificate(
                target=RevocationTarget.CERTIFICATE_SHA256, value=request.certificate_sha256
            )
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="target")
