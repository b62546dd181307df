"""What every mutation has in common: its actor, one transaction, and the answer to a repeat."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol, TypeVar

import structlog
from google.protobuf.message import Message

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.texts import free_line
from wissel.server.courier.deliver.revalidate import FORBID_ANSWER_SECONDS
from wissel.server.registry.ports import Actor, Transaction
from wissel.server.rpc.calls.call import USER_METADATA, Call, Caller, current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.impact_messages import impact_message
from wissel.server.rpc.requests.impacts import Supposed
from wissel.server.rpc.requests.parsing import uuid
from wissel.server.rpc.requests.scoping import viewer_in

REASON_LIMIT: Final = 500
ACCOUNT_LIMIT: Final = 100
_LOG: Final = structlog.get_logger("wissel.rpc")


class Mutation(Protocol):
    """What every request that changes something has."""

    request_id: str
    reason: str


A = TypeVar("A", bound=Message)


def repeatable(request: Mutation) -> bytes:
    """Return the bytes that a repeat of a request must equal: its id is one id in either case."""
    assert isinstance(request, Message)  # noqa: S101 - generated code cannot say so
    same = type(request)()
    same.CopyFrom(request)
    same.request_id = request.request_id.lower()
    return same.SerializeToString(deterministic=True)


def actor_of(call: Call, caller: Caller, request: Mutation, body: bytes) -> Actor:
    """Return who makes a change, and why.

    An operator acts for others, so it gives a reason and the account of a person
    (design.md#authorization): `Refused` with REASON_REQUIRED, unless nothing is to
    be changed (`validate_only`), or ACCOUNT_REQUIRED. Of a portal the person counts
    that its token shows, and no account. `body` is what a repeat of the request must equal.
    """
    account = "" if call.person else free_line(call.account, USER_METADATA, ACCOUNT_LIMIT)
    reason = free_line(request.reason, "reason", REASON_LIMIT)
    if caller.operator and not reason and not is_dry(request):
        raise Refused(Reason.REASON_REQUIRED, field="reason")
    if caller.operator and not account:
        raise Refused(Reason.ACCOUNT_REQUIRED, field=USER_METADATA)
    request_id = str(uuid(request.request_id, "request_id")) if request.request_id else ""
    return Actor(
        caller=caller.oin,
        method=call.method,
        subject=subject_of(call, caller, account),
        proven=call.person is not None,
        reason=reason,
        request_id=request_id,
        body_sha256=hashlib.sha256(body).digest() if request_id else b"",
    )


def is_dry(request: Mutation) -> bool:
    """Whether a request only asks what it would do."""
    return bool(getattr(request, "validate_only", False))


def subject_of(call: Call, caller: Caller, account: str) -> str:
    """Return who acts: the person whom a token shows, or the account that a caller names.

    That is `alias:sub`, `OIN:account`, or empty without either.
    """
    if call.person is not None:
        return call.person.subject
    return f"{caller.oin}:{account}" if account else ""


async def mutate(  # noqa: PLR0913 - what differs between mutations
    backend: Backend,
    request: Mutation,
    answer: type[A],
    work: Callable[[Transaction], Awaitable[A]],
    *,
    owned: Callable[[Transaction], Awaitable[object]] | None = None,
    body: bytes | None = None,
    reports: bool = False,
) -> A:
    """Do `work` in one transaction and return its answer, with the revision filled in.

    1. A repeat of the same request gets the stored answer, and changes nothing. What
       it is about is still the caller's own: `owned` raises if it is not.
    2. With `validate_only` all the work is done and rolled back. The answer has what
       it would do, and the revision of which that is; see `_supposed`.
    3. The facts in memory reach the new revision before the answer is given, so
       that the caller's next call to this process is decided on it.
    4. A request that forbids forwards is answered when no process can begin one
       that it forbids (ADR 12).

    `body` is what a repeat must equal, by default the request itself. What `reports`
    answers with what it did, too, but not when it is repeated.
    """
    call = current()
    supposed, dry = None, is_dry(request)
    actor = actor_of(call, call.admitted, request, repeatable(request) if body is None else body)
    async with backend.register.transaction(actor) as transaction:
        before = transaction.revision
        if transaction.answer is not None:
            if owned is not None:
                await owned(transaction)
            response = answer.FromString(transaction.answer)  # 1.
        else:
            response = await work(transaction)
            if dry or reports:
                supposed = await _supposed(backend, transaction, before)
            if dry:
                transaction.discard()
            _set_revision(response, before if dry else transaction.revision)
            transaction.answer_with(response.SerializeToString())
    call.revision = response.revision  # type: ignore[attr-defined]  # every answer has it
    # 2.
    if dry and supposed is not None:
        await _tell(backend, response, supposed)
        return response
    await _caught_up(backend, call)  # 3.
    if supposed is not None:
        with suppress(Refused):  # it is committed: an error would say that it is not
            await _tell(backend, response, supposed)
    # 4.
    forbids = call.policy.forbids
    if forbids is not None and forbids(request):
        await asyncio.sleep(FORBID_ANSWER_SECONDS)
    return response


async def _supposed(backend: Backend, transaction: Transaction, before: int) -> Supposed:
    """Return what a transaction would change of the facts at the revision that it began with.

    The register's lock is still held, so that no later revision is in memory yet.
    Raises `Refused(REVISION_NOT_REACHED)` if this process does not follow in time.
    """
    await backend.follower.reached(before)
    return Supposed(
        table=backend.follower.table,
        facts=transaction.written,
        today=transaction.today,
        viewer=await viewer_in(transaction),
    )


async def _tell(backend: Backend, response: Message, supposed: Supposed) -> None:
    impact = await backend.impacts.of(current().admitted.oin, supposed)
    response.impact.CopyFrom(impact_message(impact, supposed.table))  # type: ignore[attr-defined]


async def _caught_up(backend: Backend, call: Call) -> None:
    try:
        await backend.follower.reached(call.revision)
    except Refused as refused:
        # It is committed: an error here would tell the caller that it is not.
        _LOG.warning("revision not yet followed", revision=call.revision, reason=refused.reason)


def _set_revision(response: Message, revision: int) -> None:
    response.revision = revision  # type: ignore[attr-defined]  # every answer has it
