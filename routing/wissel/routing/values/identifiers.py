"""Identifiers: each kind is a type of its own, a string that is well formed (ADR 5).

Text from outside becomes one by `parse`, once, in its only spelling; the patterns
are those of design.md#sources.
"""

import re
from functools import lru_cache
from typing import ClassVar, Final, Self
from uuid import UUID

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number

_BRIN_OIN: Final = "00000007000"
_LONGEST: Final = 200  # no identifier is longer
_ECHO_LIMIT: Final = 40  # how much of a wrong value an error repeats
_NUMBER_LENGTH: Final = 33  # nine digits with three separators between each two
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
UUID_EXAMPLE: Final = "6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b01"
"""What errors show as a UUID that is well formed."""
_NINE_DIGITS: Final = re.compile(r"\d(?:[\s._/-]{0,3}\d){8}")


class Identifier(str):
    """The base class of all kinds.

    `kind` is its name in errors, `example` what errors show as one that is well
    formed, and `pattern` matches all of it.
    """

    __slots__ = ()
    kind: ClassVar[str]
    example: ClassVar[str]
    pattern: ClassVar[re.Pattern[str]]
    wide: ClassVar[bool] = False
    """Whether the pattern would allow a person's number, so that it must be looked for."""

    @classmethod
    def parse(cls, text: str, field: str | None = None) -> Self:
        """Return `text` as this identifier.

        Raises `Refused(FIELD_REQUIRED)` for an empty text, and
        `Refused(IDENTIFIER_MALFORMED)` with the kind and, where that is harmless,
        the text. `field` is the request field to name; by default the kind.
        """
        if len(text) <= _LONGEST:
            parsed: Self | None = _parsed(cls, text)  # type: ignore[assignment]  # of that kind
            if parsed is not None:
                return parsed
        if not text:
            raise Refused(Reason.FIELD_REQUIRED, field=field or cls.kind)
        raise Refused(
            Reason.IDENTIFIER_MALFORMED,
            field=field or cls.kind,
            kind=cls.kind,
            value=_harmless(text),
            example=cls.example,
        )


@lru_cache(maxsize=65_536)
def _parsed(kind: type[Identifier], text: str) -> Identifier | None:
    """Return the text as this kind of identifier, None if it is malformed.

    The results are cached, as calls name the same few thousand identifiers again:
    that takes 0.15 µs where matching takes 0.5 for a BRIN, 1.9 for a service code
    and 7 for the namespace of a version.
    """
    if not kind.pattern.fullmatch(text) or (kind.wide and holds_person_number(text)):
        return None
    return kind(text)


class BoardNumber(Identifier):
    """Number of a bevoegd gezag: five digits."""

    __slots__ = ()
    kind = "board number"
    example = "99001"
    pattern = re.compile(r"[0-9]{5}")


class KvkNumber(Identifier):
    """Number of an organisation in the trade register (KvK): eight digits."""

    __slots__ = ()
    kind = "KvK number"
    example = "90000001"
    pattern = re.compile(r"[0-9]{8}")


class Brin(Identifier):
    """BRIN of a school: two digits, two capitals, such as `99XA`."""

    __slots__ = ()
    kind = "BRIN"
    example = "99XA"
    pattern = re.compile(r"[0-9]{2}[A-Z]{2}")

    @property
    def oin(self) -> "Oin":
        """The school's OIN: `00000007000`, the BRIN and five zeros."""
        return Oin(f"{self.stem}00000")

    @property
    def stem(self) -> str:
        """What the school's OIN and all its routing keys begin with (R9)."""
        return _BRIN_OIN + self


class Swv(Identifier):
    """Code of a samenwerkingsverband, such as `PO2707`."""

    __slots__ = ()
    kind = "samenwerkingsverband"
    example = "PO9901"
    pattern = re.compile(r"(PO|VO)[0-9]{4}")


class Postcode4(Identifier):
    """The digits of a postcode, such as `1234`, by which regions are drawn."""

    __slots__ = ()
    kind = "postcode without its letters"
    example = "1234"
    pattern = re.compile(r"[1-9][0-9]{3}")


Organisation = Brin | Swv
"""Who gives mandates, sends and receives."""


class Vestiging(Identifier):
    """A location: BRIN plus two digits, such as `99XA02`."""

    __slots__ = ()
    kind = "vestiging"
    example = "99XA02"
    pattern = re.compile(r"[0-9]{2}[A-Z]{2}[0-9]{2}")

    @classmethod
    def within(cls, brin: Brin, text: str, field: str | None = None) -> "Vestiging":
        """Return the vestiging of `brin` written as `02` or `99XA02`.

        Raises `Refused(IDENTIFIER_MALFORMED)`, also for one of another BRIN.
        """
        whole = cls.parse(f"{brin}{text}" if len(text) == len("02") else text, field)
        if whole.brin != brin:
            raise Refused(
                Reason.IDENTIFIER_MALFORMED,
                field=field or cls.kind,
                kind=f"vestiging of {brin}",
                value=_harmless(text),
                example=f"{brin}00",
            )
        return whole

    @property
    def brin(self) -> Brin:
        """The school that it belongs to."""
        return Brin(self[:4])

    @property
    def number(self) -> int:
        """Its number within the school, 0 to 99."""
        return int(self[4:])


class Oin(Identifier):
    """Organisatie-identificatienummer: 20 characters (Digikoppeling)."""

    __slots__ = ()
    kind = "OIN"
    example = "0000000700099XA00000"
    pattern = re.compile(r"000000[0-9]{2}[0-9A-Z]{12}")

    @property
    def brin(self) -> Brin | None:
        """The BRIN if this is a school's OIN."""
        inner = self[len(_BRIN_OIN) : -5]
        if self.startswith(_BRIN_OIN) and self.endswith("00000") and Brin.pattern.fullmatch(inner):
            return Brin(inner)
        return None

    @property
    def stem(self) -> str:
        """The part that all routing keys of this organisation share (R9)."""
        if self.startswith(_BRIN_OIN):
            return self[:15]
        # An RSIN has nine digits and leaves three for the suffix; the others leave four.
        return self[:17] if self.startswith("00000001") else self[:16]


class RoutingKey(Identifier):
    """Routeringskenmerk: an organisation's OIN with another suffix (R9)."""

    __slots__ = ()
    kind = "routing key"
    example = "0000000700099XA00001"
    pattern = re.compile(r"000000[0-9]{2}[0-9A-Z]{12}")

    def belongs_to(self, oin: Oin) -> bool:
        """Whether it is this organisation's OIN with another suffix of digits."""
        suffix = self[len(oin.stem) :]
        return self.startswith(oin.stem) and suffix.isascii() and suffix.isdigit()

    def reserved_for(self, oin: Oin) -> bool:
        """Whether its suffix is all zeros, which stands for the organisation itself."""
        return self.belongs_to(oin) and not self[len(oin.stem) :].strip("0")


class Aanleverpunt(Identifier):
    """Delivery point: `0` for vestiging 00, a vestiging's number, or 100 and up (R9)."""

    __slots__ = ()
    kind = "aanleverpunt"
    example = "2"
    pattern = re.compile(r"0|[1-9][0-9]{0,4}")

    @property
    def extra(self) -> bool:
        """Whether it is an extra one, 100 or higher, which must be approved (R9)."""
        return int(self) >= 100  # noqa: PLR2004 - the number is the rule


class ServiceCode(Identifier):
    """Code of a dienst, such as `OSO_OV`."""

    __slots__ = ()
    kind = "service code"
    example = "OSO_OV"
    wide = True
    pattern = re.compile(r"[A-Z][A-Z0-9_]{1,31}")


class Namespace(Identifier):
    """Namespace of a service version: 1 to 200 printable ASCII characters, compared as a whole."""

    __slots__ = ()
    kind = "service version"
    example = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910"
    wide = True
    pattern = re.compile(r"[!-~]{1,200}")


class SystemId(Identifier):
    """Short name of an administration system, such as `las-noord`."""

    __slots__ = ()
    kind = "system id"
    example = "las-noord"
    wide = True
    pattern = re.compile(r"[a-z][a-z0-9-]{1,39}")


def uuid_in(text: str) -> UUID | None:
    """Return the UUID written with hyphens, its letters in either case; None for other text.

    Written out again it is in lower case (RFC 9562 4).
    """
    return UUID(text) if _UUID.fullmatch(text) else None


def organisation(brin: str, swv: str, field: str) -> Organisation:
    """Return the organisation that was named, by its BRIN if that is not empty.

    `field` is the prefix of the names of both request fields. Raises
    `Refused(FIELD_REQUIRED)` if both texts are empty, and what `parse` raises.
    """
    if brin:
        return Brin.parse(brin, f"{field}brin")
    if swv:
        return Swv.parse(swv, f"{field}swv")
    raise Refused(Reason.FIELD_REQUIRED, field=f"{field}brin")


def _harmless(text: str) -> str:
    """Return text as an error may show it: cut to 40 characters, or not at all.

    Text that is not printable or may hold a person's number is not shown.
    """
    shown = text[:_ECHO_LIMIT]
    # A number that begins in what is shown is found whole; a longer text costs no more.
    if _NINE_DIGITS.search(text[: _ECHO_LIMIT + _NUMBER_LENGTH]) or not shown.isprintable():
        return "(not shown)"
    return shown
