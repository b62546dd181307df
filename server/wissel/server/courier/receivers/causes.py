"""Why a receiver cannot be reached, or does not answer: one word for each thing to look at."""

from enum import StrEnum

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


def cause_of(refused: Refused) -> Cause:
    """Return why a receiver did not answer, of what dialling or a call to it was refused with."""
    said = refused.metadata.get("cause")
    if said is not None:
        return Cause(said)
    match refused.metadata.get("receiver_reason"):
        # What a receiver says of the hub's certificate, which is valid, if its clock is wrong.
        case Reason.CERTIFICATE_NOT_YET_VALID | Reason.CERTIFICATE_EXPIRED:
            return Cause.CLOCK
        case _:
            pass
    match refused.reason:
        case Reason.ADDRESS_NOT_ALLOWED:
            return Cause.ADDRESS
        case Reason.RECEIVER_TIMEOUT:
            return Cause.TIMEOUT
        case Reason.RECEIVER_PROXY_FAILED:
            return Cause.PROXY
        case _:
            return Cause.CALL


def detail_of(refused: Refused) -> str:
    """Return what more is known, in a few words; empty if nothing is."""
    said = refused.metadata
    told = (said.get(name) for name in ("problem", "receiver_reason", "code", "http_status"))
    return next(filter(None, told), "")
