"""What the OSR's interface answers, as documented, and the faults that were proposed for it."""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Standard
from wissel.routing.refusals.reasons import Reason


def _answered(name: str, answer: str, note: str = "") -> Counterpart:
    return Counterpart(
        standard=Standard.OSR, name=name, says="what was asked for", answer=answer, note=note
    )


def _refused(name: str, says: str, *reasons: Reason, note: str = "") -> Counterpart:
    return Counterpart(standard=Standard.OSR, name=name, says=says, reasons=reasons, note=note)


def _proposed(number: int, says: str, *reasons: Reason, note: str = "") -> Counterpart:
    return Counterpart(
        standard=Standard.OSR_PROPOSED,
        name=f"OSR-{number}",
        says=says,
        reasons=reasons,
        note=note,
    )


OSR: Final = (
    _answered("GET /schools 200", "SchoolService/ListSchools"),
    _answered("GET /schools/{id} 200", "SchoolService/GetSchool"),
    _refused("GET /schools/{id} 404", "there is no such school", Reason.SCHOOL_NOT_FOUND),
    _answered("GET /mandates 200", "MandateService/ValidateMandate"),
    Counterpart(
        standard=Standard.OSR,
        name="GET /mandates 404",
        says="mandate not found",
        answer="MandateService/ValidateMandate: NOK",
        reasons=(Reason.MANDATE_MISSING, Reason.SCHOOL_NOT_FOUND),
        note="An answer; its reason is told to whom it concerns.",
    ),
    _answered("GET /services 200", "CatalogService/ListServices"),
    _refused(
        "GET /services/{id} 400",
        "validation errors",
        Reason.IDENTIFIER_MALFORMED,
        Reason.FIELD_REQUIRED,
    ),
    _refused("GET /services/{id} 404", "there is no such service", Reason.SERVICE_NOT_FOUND),
    _answered("GET /service-versions 200", "CatalogService/GetService"),
    _refused(
        "GET /service-versions/{id} 400",
        "validation errors",
        Reason.IDENTIFIER_MALFORMED,
        Reason.FIELD_REQUIRED,
    ),
    _refused(
        "GET /service-versions/{id} 404",
        "there is no such version",
        Reason.SERVICE_VERSION_NOT_FOUND,
    ),
    _answered("GET /endpoints 200", "EndpointService/LookupEndpoints"),
)
"""By operation; which method became of each, and how, is in docs/osr-parity.md."""

OSR_PROPOSED: Final = (
    _proposed(
        4000,
        "validation errors",
        Reason.FIELD_REQUIRED,
        Reason.FIELD_INVALID,
        Reason.IDENTIFIER_MALFORMED,
        Reason.DATE_MALFORMED,
        note="`BadRequest` names the field: one, the first that is at fault.",
    ),
    _proposed(4001, "the OIN is malformed", Reason.IDENTIFIER_MALFORMED),
    _proposed(
        4002,
        "neither routing_id nor school_oin, or both",
        Reason.FIELD_REQUIRED,
        note="A oneof: the one that was set last counts.",
    ),
    _proposed(4003, "the period ends before it begins", Reason.PERIOD_INVALID),
    _proposed(4004, "the URL is not https", Reason.URL_INVALID),
    _proposed(
        4010,
        "the client certificate is missing, untrusted, expired or revoked",
        Reason.CERTIFICATE_MISSING,
        Reason.CERTIFICATE_UNTRUSTED,
        Reason.CERTIFICATE_EXPIRED,
        Reason.CERTIFICATE_REVOKED,
    ),
    _proposed(4011, "the API key is missing or wrong", note="There are no API keys."),
    _proposed(
        4030,
        "the token is of another OIN",
        Reason.MANDATE_NOT_FOUND,
        note="What is another's reads as if it were not there.",
    ),
    _proposed(4031, "no mandate is in force", Reason.MANDATE_MISSING, Reason.MANDATE_ENDED),
    _proposed(4032, "the person does not manage this school", Reason.ORGANISATION_NOT_YOURS),
    _proposed(4033, "the board has not signed", Reason.AGREEMENT_MISSING),
    _proposed(4040, "there is no such mandate", Reason.MANDATE_NOT_FOUND),
    _proposed(4041, "there is no such service", Reason.SERVICE_NOT_FOUND),
    _proposed(4042, "there is no such version", Reason.SERVICE_VERSION_NOT_FOUND),
    _proposed(4043, "there is no such school", Reason.SCHOOL_NOT_FOUND),
    _proposed(4090, "two mandates of one system share days", Reason.MANDATE_OVERLAPS),
    _proposed(4091, "the routing key is in use", Reason.ROUTING_KEY_IN_USE),
    _proposed(
        4220,
        "the school that a mandate is copied to has another system",
        Reason.NOTHING_TO_COPY,
        note="Such a school is a row `OTHER_SYSTEM` of the preview, and is left out.",
    ),
    _proposed(4290, "too many look-ups", Reason.QUOTA_EXCEEDED),
    _proposed(
        5030,
        "RIO or DUO cannot be reached",
        note="Schools come from files: nothing waits for another's service.",
    ),
)
"""By number."""
