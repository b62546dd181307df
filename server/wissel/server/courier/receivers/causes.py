"""Why a receiver cannot be reached, or does not answer: one word for each thing to look at."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason


class Cause(StrEnum):
    """What to look at first, in the order in which a line is opened (design.md#dialling)."""

    DNS = "DNS"  # its name leads nowhere, or its name servers do not answer
    ADDRESS = "ADDRESS"  # its name leads to addresses that the hub does not connect to
    TCP = "TCP"  # nothing listens there, or nothing answers
    TLS = "TLS"  # there is no handshake, or it does not take the hub's certificate
    CHAIN = "CHAIN"  # its certificate is for another host, has expired or is not trusted
    CLOCK = "CLOCK"  # its certificate, or the hub's in its eyes, is not valid yet or any more
    OIN = "OIN"  # its certificate is another party's
    TIMEOUT = "TIMEOUT"  # the line stands, and no answer came
    GOAWAY = "GOAWAY"  # the line was closed before an answer came
    PROXY = "PROXY"  # an HTTP proxy in front of it answered in its place
    CALL = "CALL"  # it refuses, or fails


CLOCK_REASONS: Final = frozenset({Reason.CERTIFICATE_NOT_YET_VALID, Reason.CERTIFICATE_EXPIRED})
"""What a receiver says of the hub's certificate, which is valid, if its clock is wrong."""

_BY_REASON: Final[Mapping[Reason, Cause]] = {
    Reason.ADDRESS_NOT_ALLOWED: Cause.ADDRESS,
    Reason.RECEIVER_TIMEOUT: Cause.TIMEOUT,
    Reason.RECEIVER_PROXY_FAILED: Cause.PROXY,
}


def cause_of(refused: Refused) -> Cause:
    """Return why a receiver did not answer, of what dialling or a call to it was refused with."""
    said = refused.metadata.get("cause")
    if said is not None:
        return Cause(said)
    if refused.metadata.get("receiver_reason") in CLOCK_REASONS:
        return Cause.CLOCK
    return _BY_REASON.get(refused.reason, Cause.CALL)


def detail_of(refused: Refused) -> str:
    """Return what more is known, in a few words; empty if nothing is."""
    said = refused.metadata
    told = (said.get(name) for name in ("problem", "receiver_reason", "code", "http_status"))
    return next(filter(None, told), "")
