"""Who is behind a portal: verifying the token that a call brings (design.md#persons)."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock
from wissel.server.identity.persons.claims import Presented, person_of
from wissel.server.identity.persons.fetching import fetch_keys, trusted
from wissel.server.identity.persons.issuer_keys import Fetch, IssuerKeys, KeySchedule
from wissel.server.identity.persons.token import read_bearer
from wissel.server.issuers import Issuer
from wissel.server.registry.persons import Person
from wissel.server.settings import StartError

_USUAL: Final = KeySchedule()


class Verifier:
    """Verifies the tokens of all issuers of a hub with one audience."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        audience: str,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        fetch: Fetch = fetch_keys,
        schedule: KeySchedule = _USUAL,
    ) -> None:
        self._audience = audience
        self._clock = clock
        self.keys = {
            issuer.url: IssuerKeys(issuer, fetch, monotonic, schedule) for issuer in issuers
        }

    async def verify(self, presented: str, portal: Oin) -> Person:
        """Return the person behind the value of `authorization` that a portal sent.

        1. It is a signed token by an algorithm that counts: see `read_bearer`.
        2. It names an issuer of the settings, and is of the kind that this one
           issues: TOKEN_ISSUER_UNKNOWN, TOKEN_MALFORMED.
        3. It is signed with a key that this issuer publishes: TOKEN_KEY_UNKNOWN,
           ISSUER_UNAVAILABLE, TOKEN_SIGNATURE_INVALID.
        4. What it says is enough: see `person_of`.
        """
        token = read_bearer(presented)  # 1.
        # 2.
        keys = self.keys.get(token.issuer)
        if keys is None:
            raise Refused(Reason.TOKEN_ISSUER_UNKNOWN)
        issuer = keys.issuer
        token.of_kind(issuer.token)
        claims = token.claims(await keys.key_for(token), issuer.alias)  # 3.
        presentation = Presented(audience=self._audience, portal=portal, now=self._clock())
        return person_of(claims, issuer, presentation)  # 4.

    async def keep_fresh(self) -> None:
        """Fetch the keys of all issuers at once and then now and then, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for keys in self.keys.values():
                tasks.create_task(keys.keep_fresh())


def require_roots(issuers: Sequence[Issuer]) -> None:
    """Raise `StartError` for an issuer whose file of roots cannot be used."""
    for issuer in issuers:
        try:
            trusted(issuer.jwks_ca)
        except (OSError, ssl.SSLError) as error:
            message = (
                f"WISSEL_ISSUERS: jwks_ca of {issuer.alias}: {issuer.jwks_ca}: "
                f"{error.strerror or 'no certificates in PEM'}"
            )
            raise StartError(message) from None
