"""The person behind the call of a portal, where a method lets one act (design.md#persons)."""

from typing import Final, Protocol

from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock
from wissel.server.registry.persons import Person, require_board, require_signatory
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.policy import PersonNeed
from wissel.server.rpc.calls.sharing.quota import Buckets

TOKEN_METADATA: Final = "authorization"  # noqa: S105 - the name of a key, no secret


class Verifier(Protocol):
    """Says whom the value of `authorization` shows."""

    async def verify(self, presented: str, portal: Oin) -> Person:
        """Return the person, or raise `Refused`."""
        ...


class PersonGate:
    """Lets the person of a portal's call in, or refuses the call.

    `buckets` bound how many tokens of one portal are verified in a minute.
    """

    def __init__(self, verifier: Verifier, buckets: Buckets, clock: Clock) -> None:
        self._verifier = verifier
        self._buckets = buckets
        self._clock = clock

    async def admit(self, call: Call) -> None:
        """Fill in the person of a call that has passed the gates.

        1. Only a portal presents a token: TOKEN_NOT_EXPECTED. So nobody else can make
           the hub verify one.
        2. A portal presents one where it has to: TOKEN_REQUIRED, TOKEN_MALFORMED.
        3. It does not do so too often: QUOTA_EXCEEDED.
        4. The token shows a person; see `Verifier`.
        5. To sign, or to act for a board, that person may do so: see `require_signatory`.
        """
        caller, need = call.admitted, call.policy.person
        presented = call.metadata_values(TOKEN_METADATA)
        # 1.
        if caller.role is not Role.PORTAL:
            if presented:
                role = caller.role or "unknown"
                raise Refused(Reason.TOKEN_NOT_EXPECTED, role=role)
            return
        # 2.
        if not presented:
            if need is PersonNeed.OPTIONAL:
                return
            raise Refused(Reason.TOKEN_REQUIRED)
        if len(presented) > 1:
            raise Refused(Reason.TOKEN_MALFORMED, problem="there are several")
        self._buckets.spend(caller.oin, 1)  # 3.
        call.person = await self._verifier.verify(presented[0], caller.oin)  # 4.
        # 5.
        if need is PersonNeed.BOARD:
            require_board(call.person)
        elif need is PersonNeed.SIGNATORY:
            require_signatory(call.person, self._clock())
