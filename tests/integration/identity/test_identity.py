"""Identity over real TLS: what gRPC lets through, and what is then made of it."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.pki import SERVER_AUTH, Identity, Pki
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.server.identity.peer import Peers
from wissel.server.identity.trust import HubTrust

METHOD = "/probe.Probe/Who"
Ask = Callable[[Identity], Awaitable[bytes]]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("pki"))


class Probe(grpc.GenericRpcHandler):
    """Answers the OIN of its caller, or the reason why it has none."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._who)

    async def _who(self, _request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        try:
            peer = self._peers.identify(context.auth_context(), frozenset())
        except Refused as refused:
            return refused.reason.encode()
        return peer.oin.encode()


@pytest.fixture
async def ask(pki: Pki) -> AsyncIterator[Ask]:
    hub = pki.issue("hub", oin=HUB.oin)
    peers = Peers(HubTrust.read(pki.roots), lambda: dt.datetime.now(dt.UTC))
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Probe(peers),))
    pair = (hub.key.read_bytes(), hub.certificate.read_bytes())
    credentials = grpc.ssl_server_credentials([pair], pki.roots.read_bytes(), True)
    port = server.add_secure_port("localhost:0", credentials)
    await server.start()

    async def ask(identity: Identity) -> bytes:
        credentials = grpc.ssl_channel_credentials(
            pki.roots.read_bytes(), identity.key.read_bytes(), identity.certificate.read_bytes()
        )
        async with grpc.aio.secure_channel(f"localhost:{port}", credentials) as channel:
            who: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
            return await who(b"", timeout=20)

    yield ask
    await server.stop(None)


async def test_the_caller_is_the_oin_of_its_certificate(ask: Ask, pki: Pki) -> None:
    assert await ask(pki.issue("noord", oin=NOORD.oin)) == NOORD.oin.encode()


async def test_the_caller_may_have_a_longer_chain(ask: Ask, pki: Pki) -> None:
    third = pki.authority("third", under=pki.intermediate)

    assert await ask(pki.issue("zuid", oin=ZUID.oin, authority=third)) == ZUID.oin.encode()


async def test_an_appended_certificate_lends_no_identity(ask: Ask, pki: Pki) -> None:
    zuid = pki.issue("zuid", oin=ZUID.oin)
    noord = pki.issue("noord", oin=NOORD.oin, append=[zuid.leaf])
    bare = pki.issue("bare", oins=(), append=[zuid.leaf])

    assert await ask(noord) == NOORD.oin.encode()
    assert await ask(bare) == b"OIN_MISSING"


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"key": "RSA-1024"}, b"CERTIFICATE_UNSUITABLE"),
        ({"ca": True}, b"CERTIFICATE_UNSUITABLE"),
        ({"ekus": ()}, b"CERTIFICATE_UNSUITABLE"),
        ({"oins": ()}, b"OIN_MISSING"),
        ({"oins": (NOORD.oin, ZUID.oin)}, b"OIN_AMBIGUOUS"),
        ({"oins": ("123",)}, b"OIN_MALFORMED"),
    ],
    ids=str,
)
async def test_what_tls_lets_through_is_judged_again(
    ask: Ask, pki: Pki, faults: dict[str, Any], reason: bytes
) -> None:
    assert await ask(pki.issue("bad", **faults)) == reason


@pytest.mark.parametrize("fault", ["expired", "future", "server only", "foreign", "look-alike"])
async def test_what_tls_refuses_never_arrives(
    ask: Ask, pki: Pki, tmp_path: Path, fault: str
) -> None:
    issue: dict[str, Callable[[], Identity]] = {
        "expired": lambda: pki.issue("bad", expired=True),
        "future": lambda: pki.issue("bad", future=True),
        "server only": lambda: pki.issue("bad", ekus=(SERVER_AUTH,)),
        "foreign": lambda: Pki.create(tmp_path, prefix="Other").issue("bad"),
        "look-alike": lambda: pki.look_alike(tmp_path).issue("bad"),
    }

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ask(issue[fault]())

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
