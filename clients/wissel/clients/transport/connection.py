"""The connection with a hub: one gRPC channel, made anew when the certificate is renewed."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote
from uuid import uuid4

import grpc
from google.protobuf.message import Message

from wissel.clients.addressing import host_and_port
from wissel.clients.forking import Origin, require_grpc
from wissel.clients.identity import Identity, Material
from wissel.clients.transport.retry import IMPATIENT, Patience
from wissel.clients.transport.spans import Tracer
from wissel.clients.transport.status_errors import translate
from wissel.clients.transport.tokens import Token

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Unary = Callable[[grpc.aio.Channel], grpc.aio.UnaryUnaryMultiCallable[Request, Response]]

_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
CALL_TIMEOUT: Final = dt.timedelta(seconds=20)
_GRACE: Final = 3600.0  # seconds for calls under way when the certificate is renewed
NO_PROXY: Final = (("grpc.enable_http_proxy", 0),)
"""Hubs and LAS are dialled directly, whatever proxy the environment names (design.md#sdk)."""
_OPTIONS: Final = (
    *NO_PROXY,
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.primary_user_agent", "wissel-sdk"),
)


class Connection:
    """A connection with `server` (`host:port`), made as `identity`.

    `user` is the account of the person on whose behalf an operator acts, which
    travels as `as_metadata` writes it;
    `language` (`en` or `nl`) is that of the sentences in a refusal; `tracer`
    traces the calls. `token` is that of the person for whom a portal calls, or
    what returns the one to call with now. Raises `WisselError` for a server that is none.
    """

    def __init__(
        self,
        server: str,
        identity: Identity,
        *,
        user: str = "",
        language: str = "en",
        tracer: Tracer | None = None,
        token: str | Token = "",
    ) -> None:
        host_and_port(server)
        self.server = server
        self.identity = identity
        self.language = language
        self.tracer = tracer or Tracer()
        self._metadata = _metadata(user, language)
        self._token = token
        self._channel: grpc.aio.Channel | None = None
        self._origin = Origin(f"the hub {server}")
        self._material: Material | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def metadata(self) -> grpc.aio.Metadata:
        """The metadata of a call that is made now."""
        token = self._token if isinstance(self._token, str) else self._token()
        shown = (("authorization", f"Bearer {token}"),) if token else ()
        return grpc.aio.Metadata(*self._metadata, *shown, *self.tracer.onward())

    def channel(self) -> grpc.aio.Channel:
        """Return the channel; a new one if the certificate was renewed since the last call.

        Calls on the old channel may go on for an hour. Raises `UsedAfterFork`.
        """
        self.require_usable()
        material = self.identity.current()
        if self._channel is None or material is not self._material:
            self._retire()
            self._channel = grpc.aio.secure_channel(
                self.server, credentials(material), options=_OPTIONS
            )
            self._material = material
            self._origin = Origin(f"the hub {self.server}")
        return self._channel

    def require_usable(self) -> None:
        """Raise `UsedAfterFork` if a fork has made calls impossible in this process."""
        if self._channel is not None:
            self._origin.require_here()
        require_grpc(f"the hub {self.server}")

    @property
    def elsewhere(self) -> bool:
        """Whether it was opened in a process of which this one is a fork."""
        return self._channel is not None and self._origin.elsewhere

    async def call(
        self,
        method: Unary[Request, Response],
        request: Request,
        *,
        patience: Patience = IMPATIENT,
        within: dt.timedelta = CALL_TIMEOUT,
    ) -> Response:
        """Return the answer, or raise `Refused`, `Unreachable` or `UsedAfterFork`.

        `within` bounds each attempt, `patience` the retries. A mutation without a
        `request_id` gets one, so that a retry is safe: the hub repeats its first
        answer.
        """
        if "request_id" in request.DESCRIPTOR.fields_by_name and not _request_id(request):
            request = _with_request_id(request)

        async def once() -> Response:
            call = method(self.channel())(
                request, timeout=within.total_seconds(), metadata=self.metadata
            )
            try:
                return await call
            except grpc.aio.AioRpcError as error:
                raise translate(error, self.server, self.language) from None

        return await patience.insist(once)

    async def close(self) -> None:
        """Close the channel and those of earlier certificates; calls under way end.

        In a fork of the process that opened it, nothing is closed.
        """
        if self.elsewhere:
            return
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    def _retire(self) -> None:
        if self._channel is not None:
            task = asyncio.create_task(self._channel.close(_GRACE))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def credentials(material: Material) -> grpc.ChannelCredentials:
    """Return the TLS credentials of a client."""
    return grpc.ssl_channel_credentials(
        material.roots_pem, material.private_key, material.certificate_pem
    )


def _metadata(user: str, language: str) -> tuple[tuple[str, str], ...]:
    pairs = [("accept-language", as_metadata(language))]
    if user:
        pairs.append(("wissel-user", as_metadata(user)))
    return tuple(pairs)


def as_metadata(text: str) -> str:
    """Return a text as the value of metadata, which gRPC allows only printable ASCII.

    Other characters and `%` are the bytes of their UTF-8, each as `%` and two hex
    digits (RFC 3986 2.1): `daniël` travels as `dani%C3%ABl`. Bytes that were no
    text of this system stay the same bytes.
    """
    return quote(text, safe=_PRINTABLE, errors="surrogateescape")


def _request_id(request: Message) -> str:
    return str(getattr(request, "request_id", ""))


def _with_request_id(request: Request) -> Request:
    copy = type(request)()
    copy.CopyFrom(request)
    copy.request_id = str(uuid4())  # type: ignore[attr-defined] # asked for by its descriptor
    return copy
