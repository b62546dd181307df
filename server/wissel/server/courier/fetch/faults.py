"""Who is at fault when a source does not provide what it was asked for (design.md#fetching)."""

from collections.abc import Iterator
from contextlib import contextmanager

from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.deliver.receiver_refusal import refusal_result
from wissel.server.courier.streams.request_stream import RequestStream


@contextmanager
def source_blamed(stream: RequestStream) -> Iterator[None]:
    """Raise what the block refuses as the fault of the source that it waits for or judges.

    What that is stands in the catalogue (`Entry.of_source`). A refusal that
    interrupted the stream is the caller's own, and stays as it is.
    """
    try:
        yield
    except Refused as refused:
        reason = CATALOGUE[refused.reason].of_source
        if refused is stream.interruption or refused.reason is reason:
            raise
        raise _fault(reason, refused) from refused


@contextmanager
def reuse_blamed() -> Iterator[None]:
    """Raise SOURCE_INVALID for an id that the source gave to another message before."""
    try:
        yield
    except Refused as refused:
        if refused.reason is not Reason.MESSAGE_ID_REUSED:
            raise
        raise Refused(Reason.SOURCE_INVALID, problem=refused.reason, at="message_id") from refused


def refusal_of_source(refusal: las.Refusal) -> Refused:
    """Return a source's refusal: by its name if it may say it, else SOURCE_REFUSED.

    Of its words those are kept that `refusal_result` keeps.
    """
    result = refusal_result(refusal)
    said = next((reason for reason in Reason if reason == result.detail), None)
    if said is not None and CATALOGUE[said].by_source:
        return Refused(said)
    return Refused(Reason.SOURCE_REFUSED, source_reason=result.detail, source_text=result.text)


def _fault(reason: Reason, refused: Refused) -> Refused:
    """Return what a refusal means that would be a sender's or a receiver's in a forward."""
    match reason:
        case Reason.SOURCE_TOO_SLOW:
            return Refused(Reason.SOURCE_TOO_SLOW)
        case Reason.SOURCE_FAILED:
            problem = " ".join(filter(None, (refused.reason, refused.metadata.get("code"))))
            return Refused(Reason.SOURCE_FAILED, problem=problem)
        case _:
            at = refused.field or refused.metadata.get("at", "")
            return Refused(Reason.SOURCE_INVALID, problem=refused.reason, at=at)
