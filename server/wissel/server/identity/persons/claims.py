"""What a login broker says of a person: a function of the claims (design.md#persons)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin, Identifier, KvkNumber, Oin
from wissel.routing.values.person_numbers import tells_person_number
from wissel.server.issuers import ClaimPath, Issuer, TokenKind
from wissel.server.registry.persons import MAX_BOARDS, MAX_BRINS, Person

SKEW: Final = dt.timedelta(minutes=1)
"""How far the clocks of hub and broker may differ."""
LIFETIME: Final = dt.timedelta(hours=1)
"""The longest life of a token that is taken."""
MAX_SUBJECT: Final = 255
"""The longest `sub` (OpenID Connect Core 2)."""
MAX_ROLES: Final = 200
_LATEST: Final = 253_402_300_799  # the last second of the year 9999

Claims = Mapping[str, Any]
I = TypeVar("I", bound=Identifier)  # noqa: E741 - an identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """How a token came: to a hub with this audience, from the portal with this OIN, now."""

    audience: str
    portal: Oin
    now: dt.datetime


def person_of(claims: Claims, issuer: Issuer, presented: Presented) -> Person:
    """Return the person whom claims describe that `issuer` has signed.

    1. The token counts now, and for at most an hour: TOKEN_NOT_YET_VALID,
       TOKEN_EXPIRED, TOKEN_LIFETIME_TOO_LONG. Clocks may differ by a minute.
    2. It is meant for this hub; an ID token may be meant for the portal that got it
       (OpenID Connect Core 2): TOKEN_FOR_ANOTHER.
    3. It was issued to the portal that presents it: TOKEN_OF_ANOTHER_PORTAL.
    4. It names its person, and not by a number that the hub may not keep:
       PERSON_NUMBER_IN_TOKEN.
    5. The person has the role that manages mandates: PERSON_ROLE_MISSING.
    6. The login was at a level that is enough: PERSON_LEVEL_TOO_LOW.
    7. It acts for some board, school or KvK number: PERSON_REPRESENTS_NOBODY.

    A claim that is not what its rule needs is TOKEN_CLAIM_INVALID with its name.
    """
    read = _Reader(claims, issuer)
    expires = _check_times(read, presented.now)  # 1.
    # 2.
    client = read.client()
    audiences = read.texts(("aud",)) or []
    wanted = issuer.audience or presented.audience
    own = issuer.token is TokenKind.ID and client in audiences
    if wanted not in audiences and not own:
        raise Refused(Reason.TOKEN_FOR_ANOTHER, issuer=issuer.alias, audience=wanted)
    # 3.
    if issuer.portal_of(client) != presented.portal:
        raise Refused(Reason.TOKEN_OF_ANOTHER_PORTAL, issuer=issuer.alias)
    subject = read.subject()  # 4.
    # 5.
    held = set(read.texts(issuer.role_claim) or ())
    if not held.intersection(issuer.roles):
        roles = ", ".join(issuer.roles)
        raise Refused(Reason.PERSON_ROLE_MISSING, issuer=issuer.alias, roles=roles)
    # 6.
    level = claims.get("acr")
    if not isinstance(level, str) or not issuer.is_enough(level):
        raise Refused(Reason.PERSON_LEVEL_TOO_LOW, issuer=issuer.alias, least=issuer.least_level)
    # 7.
    person = Person(
        issuer=issuer.alias,
        issuer_url=issuer.url,
        subject=f"{issuer.alias}:{subject}",
        boards=read.identifiers(BoardNumber, issuer.boards_claim, MAX_BOARDS),
        brins=read.identifiers(Brin, issuer.brins_claim, MAX_BRINS),
        kvk=read.kvk(),
        level=level,
        authenticated=read.instant("auth_time"),
        expires=expires,
        signs=bool(held.intersection(issuer.signing_roles)),
        signing_roles=issuer.signing_roles,
    )
    if person.represents_nobody:
        raise Refused(Reason.PERSON_REPRESENTS_NOBODY, issuer=issuer.alias)
    return person


def _check_times(read: "_Reader", now: dt.datetime) -> dt.datetime:
    """Return when a token expires, after rule 1 of `person_of`."""
    alias = read.issuer.alias
    issued, expires = read.required_instant("iat"), read.required_instant("exp")
    begins = max(issued, read.instant("nbf") or issued)
    if begins - SKEW > now:
        raise Refused(Reason.TOKEN_NOT_YET_VALID, issuer=alias)
    if expires + SKEW <= now:
        raise Refused(Reason.TOKEN_EXPIRED, issuer=alias)
    if expires - issued > LIFETIME:
        minutes = str(LIFETIME // dt.timedelta(minutes=1))
        raise Refused(Reason.TOKEN_LIFETIME_TOO_LONG, issuer=alias, minutes=minutes)
    return expires


class _Reader:
    """Reads claims by the settings of their issuer; a wrong one is TOKEN_CLAIM_INVALID."""

    def __init__(self, claims: Claims, issuer: Issuer) -> None:
        self.issuer = issuer
        self._claims = claims

    def subject(self) -> str:
        subject = self._claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
            raise self.wrong("sub", f"must be a text of 1 to {MAX_SUBJECT} characters")
        if not subject.isprintable():
            raise self.wrong("sub", "must be printable")
        if tells_person_number(subject):
            raise Refused(Reason.PERSON_NUMBER_IN_TOKEN, issuer=self.issuer.alias)
        return subject

    def client(self) -> str:
        """Return to whom the token was issued: `azp`, or as RFC 9068 has it `client_id`.

        An ID token of a broker that sends neither has the client as its only audience.
        """
        for name in ("azp", "client_id"):
            if name in self._claims:
                return self._text(name, self._claims[name])
        audiences = self.texts(("aud",)) or []
        if self.issuer.token is TokenKind.ID and len(audiences) == 1:
            return audiences[0]
        raise self.wrong("azp", "is missing")

    def required_instant(self, name: str) -> dt.datetime:
        found = self.instant(name)
        if found is None:
            raise self.wrong(name, "is missing")
        return found

    def instant(self, name: str) -> dt.datetime | None:
        """Return a NumericDate (RFC 7519 2), None if it is not there."""
        if name not in self._claims:
            return None
        value = self._claims[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= _LATEST:
            raise self.wrong(name, "must be a number of seconds since 1970")
        return dt.datetime.fromtimestamp(value, dt.UTC)

    def kvk(self) -> KvkNumber | None:
        """Return the KvK number, of its own claim or of the organisation that is represented."""
        path = self.issuer.kvk_claim
        own, represented = self._one_kvk(path), self._one_kvk(self.issuer.represents_claim)
        if own and represented and own != represented:
            raise self.wrong(_name(path), "is not the number of whom the person represents")
        return own or represented

    def identifiers(self, kind: type[I], path: ClaimPath, most: int) -> frozenset[I] | None:
        """Return the identifiers of a claim, None if it is not there."""
        found = self.texts(path, most)
        if found is None:
            return None
        return frozenset(self._parsed(kind, text, path) for text in found)

    def texts(self, path: ClaimPath, most: int = MAX_ROLES) -> list[str] | None:
        """Return the texts of a claim that is one text or a list of them, None if it is absent."""
        value = self._at(path)
        if value is None:
            return None
        listed = value if isinstance(value, list) else [value]
        if len(listed) > most or not all(isinstance(each, str) for each in listed):
            raise self.wrong(_name(path), f"must be a text, or a list of at most {most}")
        return listed

    def wrong(self, claim: str, problem: str) -> Refused:
        """Return the refusal for a claim; it never repeats what the claim holds."""
        return Refused(
            Reason.TOKEN_CLAIM_INVALID, issuer=self.issuer.alias, claim=claim, problem=problem
        )

    def _one_kvk(self, path: ClaimPath) -> KvkNumber | None:
        found = self.texts(path) or []
        if len(found) > 1:
            raise self.wrong(_name(path), "must be one KvK number")
        return self._parsed(KvkNumber, found[0], path) if found else None

    def _parsed(self, kind: type[I], text: str, path: ClaimPath) -> I:
        try:
            return kind.parse(text)
        except Refused:
            problem = f"must be written as {kind.example}"
            raise self.wrong(_name(path), problem) from None

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "must be a text")
        return value

    def _at(self, path: ClaimPath) -> Any:
        value: Any = self._claims if path else None
        for name in path:
            if not isinstance(value, Mapping) or name not in value:
                return None
            value = value[name]
        return value


def _name(path: ClaimPath) -> str:
    return ".".join(path)
