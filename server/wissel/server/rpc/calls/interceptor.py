"""The interceptor: what happens around every call, in one order."""

import asyncio
import inspect
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import grpc
import structlog
from google.protobuf.message import DecodeError

from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.call import Call, Context, enter
from wissel.server.rpc.calls.call_log import CallLog
from wissel.server.rpc.calls.coalescing import Coalescer
from wissel.server.rpc.calls.gates import Gates
from wissel.server.rpc.calls.persons import PersonGate
from wissel.server.rpc.calls.policy import POLICY, MethodPolicy, PersonNeed
from wissel.server.rpc.calls.sharing.lateness import LateRefusals
from wissel.server.rpc.calls.sharing.receiving import MAX_RECEIVE_BYTES, Receiving
from wissel.server.rpc.calls.sharing.waiting import WaitingCalls
from wissel.server.rpc.calls.status import abort, for_caller
from wissel.server.rpc.calls.stream_reauth import StreamReauth

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Read: TypeAlias = Callable[[bytes], object]
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]"

_UNKNOWN: Final = "unknown"
_FOR_NOBODY: Final = MethodPolicy(who=frozenset())
_AT_ONCE: Final = nullcontext()
_CODES: Final[Mapping[Any, str]] = {code.value[0]: code.name for code in grpc.StatusCode}
_LOG: Final = structlog.get_logger("wissel.rpc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What the calls of one process go through.

    The caller of a stream is judged again every `stream_check_seconds`.
    """

    gates: Gates
    persons: PersonGate
    call_log: CallLog
    coalescer: Coalescer
    waiting: WaitingCalls
    receiving: Receiving
    late: LateRefusals
    stream_check_seconds: float


class Interceptor(grpc.aio.ServerInterceptor):
    """Wraps each method's handler once and keeps the result by method name.

    Around each call, outermost first, and why in this order:

    1. its log line and metrics: also of what fails in the steps below
    2. nothing unexpected leaves: a stray exception becomes INTERNAL with an id
    3. the gates: see `Gates.admit`
    4. the request is received, if it is one message (ADR 20): of those that were
       let in alone, so unary methods are served as streams of one message
    5. a call that decides on the facts in memory is served with those close by
       (ADR 14): from here on nothing is waited for, so they end together
    6. the gates that need the request: see `Gates.admit_request`
    7. the person behind a portal, where the method lets one act: only a caller that
       was let in makes the hub verify a token
    8. only so many calls wait for the database (ADR 10): those that were let in
    9. the caller of a stream is judged again while it runs
    10. a transfer that is refused is told so late, if its sender hears nothing else
    """

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self._wrapped: dict[str, Handler] = {}
        self._unknown = _refusing(self)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Return the wrapped handler; a method without one, or without a row, says so."""
        method = handler_call_details.method
        known = self._wrapped.get(method)
        if known is not None:
            return known
        handler, policy = await continuation(handler_call_details), POLICY.get(method)
        if handler is None or policy is None:  # never kept: names are the caller's choice
            return self._unknown
        wrapped = _Wrapped(self, method, policy).handler(handler)
        self._wrapped[method] = wrapped
        return wrapped

    def begin(self, method: str, policy: MethodPolicy, context: Context) -> Call:
        """Return the new call, current in this task."""
        call = Call(method, policy, context, self.stages.gates.follower.table, time.perf_counter())
        enter(call)
        return call

    def reauth(self, call: Call) -> StreamReauth:
        """Return what judges the caller of a stream again, within its block."""
        gates = self.stages.gates

        def check() -> None:
            gates.readmit(call)
            if gates.serving.stopping and call.policy.endless:
                raise Refused(Reason.SHUTTING_DOWN)  # it would outlast the grace

        return StreamReauth(call, check, self.stages.stream_check_seconds)

    async def fail(self, call: Call, error: BaseException) -> None:
        """End the call with the status of what was raised in it, by raising `AbortError`.

        Returns if the caller of this method is to raise it again: an abort, or a
        call that was cancelled. Raised here it would form a cycle with this frame.
        """
        if isinstance(error, asyncio.CancelledError) and call.ended is not None:
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            error = call.ended
        if isinstance(error, Refused):
            refused = for_caller(error, call.caller)
        elif isinstance(error, grpc.aio.AbortError):
            call.code = _code_name(call.context)
            return
        elif isinstance(error, Exception):
            call.incident = uuid.uuid4().hex
            _LOG.error("call failed", method=call.method, incident=call.incident, exc_info=error)
            refused = Refused(Reason.INTERNAL_ERROR, incident=call.incident)
        else:  # cancelled by the caller, or the generator was closed
            call.code = "CANCELLED"
            return
        call.code = CATALOGUE[refused.reason].code
        call.reason = refused.reason
        await abort(call.context, refused, call.language)


class _Wrapped:
    """The handler of one method with everything around it, in each of the four arities."""

    def __init__(self, around: Interceptor, method: str, policy: MethodPolicy) -> None:
        self._around = around
        self._method = method
        self._policy = policy

    def handler(self, inner: Handler) -> Handler:
        """Return the wrapped handler, with the same serializers; its requests are a stream."""
        read = self._policy.read or inner.request_deserializer
        write = self._policy.write or inner.response_serializer
        one = _reading(read, _kept, self._policy.max_bytes)
        each = _reading(read, _raised)
        if inner.unary_unary is not None:
            return grpc.stream_unary_rpc_method_handler(self._unary(inner.unary_unary), one, write)
        if inner.stream_unary is not None:
            return grpc.stream_unary_rpc_method_handler(
                self._stream_in(inner.stream_unary), each, write
            )
        if inner.unary_stream is not None:
            return grpc.stream_stream_rpc_method_handler(
                self._stream_out(inner.unary_stream, one=True), one, write
            )
        return grpc.stream_stream_rpc_method_handler(
            self._stream_out(inner.stream_stream, one=False), each, write
        )

    def _unary(self, behavior: Any) -> Any:
        around, method, policy = self._around, self._method, self._policy
        stages = around.stages
        gates, receive, call_log = stages.gates, stages.receiving.one, stages.call_log
        coalescer = stages.coalescer if policy.in_memory else None
        person = stages.persons.admit if policy.person is not PersonNeed.NONE else None
        counted = None if policy.in_memory or policy.always else stages.waiting.counted

        async def unary(_: object, context: Context) -> Any:
            call = around.begin(method, policy, context)  # 1.
            try:  # 2.
                gates.admit(call)  # 3.
                request = await receive(call)  # 4.
                if coalescer is not None and (turn := coalescer.turn()) is not None:
                    await turn  # 5.
                gates.admit_request(call, request)  # 6.
                if person is not None:
                    await person(call)  # 7.
                with counted(call) if counted is not None else _AT_ONCE:  # 8.
                    return await behavior(request, context)
            except BaseException as error:
                await around.fail(call, error)
                raise
            finally:
                call_log.take(call)

        return unary

    def _stream_in(self, behavior: Any) -> Any:
        around, method, policy = self._around, self._method, self._policy
        stages = around.stages
        gates, call_log, late = stages.gates, stages.call_log, stages.late

        async def stream_in(requests: object, context: Context) -> Any:
            call = around.begin(method, policy, context)  # 1.
            try:  # 2.
                gates.admit(call)  # 3.
                gates.admit_request(call, None)  # 6.
                with around.reauth(call):  # 9.
                    try:
                        return await behavior(requests, context)
                    except Refused:
                        await late.hold(call.admitted.oin)  # 10.
                        raise
            except BaseException as error:
                await around.fail(call, error)
                raise
            finally:
                call_log.take(call)

        return stream_in

    def _stream_out(self, behavior: Any, *, one: bool) -> Any:
        around, method, policy = self._around, self._method, self._policy
        stages = around.stages
        gates, receiving, call_log = stages.gates, stages.receiving, stages.call_log
        # Some servicers yield their answers, others write them to the context.
        yields = inspect.isasyncgenfunction(behavior)

        async def stream_out(_: object, context: Context) -> AsyncIterator[Any]:
            call = around.begin(method, policy, context)  # 1.
            try:  # 2.
                gates.admit(call)  # 3.
                request = await receiving.one(call) if one else receiving.each(call)  # 4.
                gates.admit_request(call, request if one else None)  # 6.
                with around.reauth(call):  # 9.
                    if yields:
                        async for response in behavior(request, context):
                            yield response
                    else:
                        await behavior(request, context)
            except BaseException as error:
                await around.fail(call, error)
                raise
            finally:
                call_log.take(call)

        return stream_out


def _refusing(around: Interceptor) -> Handler:
    """Return a handler that refuses every call without reading it."""

    async def refuse(_: object, context: Context) -> bytes:
        call = around.begin(_UNKNOWN, _FOR_NOBODY, context)
        try:
            await around.fail(call, Refused(Reason.METHOD_UNKNOWN))
        finally:
            around.stages.call_log.take(call)
        return b""

    return grpc.stream_unary_rpc_method_handler(refuse)


def _reading(
    read: Read | None, unreadable: Callable[[Refused], object], most: int = MAX_RECEIVE_BYTES
) -> Read | None:
    """Return a deserializer that answers broken bytes, and more than `most`, in our own words."""
    if read is None:
        return None

    def reading(data: bytes) -> object:
        if len(data) > most:
            size, limit = str(len(data)), str(most)
            return unreadable(Refused(Reason.REQUEST_TOO_LARGE, size=size, limit=limit))
        try:
            return read(data)
        except DecodeError:
            problem = "these bytes are no message of the contract"
            return unreadable(Refused(Reason.FIELD_INVALID, problem=problem))

    return reading


def _kept(refused: Refused) -> object:
    """Return the refusal in the place of a request, which is read before its call is let in."""
    return refused


def _raised(refused: Refused) -> object:
    """Raise the refusal where the servicer iterates over the requests of a stream."""
    raise refused


def _code_name(context: Context) -> str:
    code: Any = context.code()  # an int, whatever its types say
    return _CODES.get(code, str(code))
