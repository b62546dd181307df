"""The token with which a watch goes on where another one ended (ADR 30)."""

import base64
import binascii
import hashlib
from typing import Final, NamedTuple

import orjson

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.events import LAST_REVISION
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope

_LONGEST: Final = 200


class Resumption(NamedTuple):
    """All that came up to a revision was taken in, by somebody with a scope.

    `mark` is what the revision is known by (`Snapshot.marks`), empty before the first;
    `scope` a digest of whose the mandates are.
    """

    revision: int
    mark: str
    scope: str

    def token(self) -> str:
        """Return it as a caller keeps it."""
        return base64.urlsafe_b64encode(orjson.dumps([*self])).rstrip(b"=").decode()


def resumption_of(token: str) -> Resumption:
    """Return what a token says, or raise `Refused(RESUME_TOKEN_INVALID)`."""
    wrong = Refused(Reason.RESUME_TOKEN_INVALID, field="resume_token")
    if len(token) > _LONGEST:
        raise wrong
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        parts = orjson.loads(raw)
    except (binascii.Error, ValueError):
        raise wrong from None
    match parts:
        case [int(revision), str(mark), str(scope)] if 0 <= revision <= LAST_REVISION:
            return Resumption(int(revision), mark, scope)
        case _:
            raise wrong


async def token_of(snapshot: Snapshot, revision: int, scope: Scope) -> str:
    """Return the token with which a watch goes on after a list of a revision.

    It is empty for a person behind a portal, who does not watch.
    """
    if not (scope.operator or scope.systems or scope.services):
        return ""
    mark = (await snapshot.marks({revision})).get(revision, "")
    return Resumption(revision, mark, digest_of(scope)).token()


def digest_of(scope: Scope) -> str:
    """Return a short digest of whose mandates a scope holds."""
    own = ["everything"] if scope.operator else sorted((*scope.systems, *scope.services))
    return hashlib.sha256("\n".join(own).encode()).hexdigest()[:16]
