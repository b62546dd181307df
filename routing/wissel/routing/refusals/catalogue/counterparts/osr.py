"""What the OSR's interface answers, as documented, and the faults that were proposed for it."""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Said, Standard
from wissel.routing.refusals.reasons import Reason


def _answered(name: str, answer: str, note: Said | None = None) -> Counterpart:
    return Counterpart(
        standard=Standard.OSR,
        name=name,
        says=Said("what was asked for", "wat werd gevraagd"),
        answer=answer,
        note=note,
    )


def _refused(name: str, says: Said, *reasons: Reason, note: Said | None = None) -> Counterpart:
    return Counterpart(standard=Standard.OSR, name=name, says=says, reasons=reasons, note=note)


def _proposed(number: int, says: Said, *reasons: Reason, note: Said | None = None) -> Counterpart:
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
    _refused(
        "GET /schools/{id} 404",
        Said("there is no such school", "deze school is er niet"),
        Reason.SCHOOL_NOT_FOUND,
    ),
    _answered("GET /mandates 200", "MandateService/ValidateMandate"),
    Counterpart(
        standard=Standard.OSR,
        name="GET /mandates 404",
        says=Said("mandate not found", "het mandaat is niet gevonden"),
        answer="MandateService/ValidateMandate: NOK",
        reasons=(Reason.MANDATE_MISSING, Reason.SCHOOL_NOT_FOUND),
        note=Said(
            "An answer; its reason is told to whom it concerns.",
            "Een antwoord; de reden hoort alleen wie het aangaat.",
        ),
    ),
    _answered("GET /services 200", "CatalogService/ListServices"),
    _refused(
        "GET /services/{id} 400",
        Said("validation errors", "fouten in het verzoek"),
        Reason.IDENTIFIER_MALFORMED,
        Reason.FIELD_REQUIRED,
    ),
    _refused(
        "GET /services/{id} 404",
        Said("there is no such service", "deze dienst is er niet"),
        Reason.SERVICE_NOT_FOUND,
    ),
    _answered("GET /service-versions 200", "CatalogService/GetService"),
    _refused(
        "GET /service-versions/{id} 400",
        Said("validation errors", "fouten in het verzoek"),
        Reason.IDENTIFIER_MALFORMED,
        Reason.FIELD_REQUIRED,
    ),
    _refused(
        "GET /service-versions/{id} 404",
        Said("there is no such version", "deze versie van de dienst is er niet"),
        Reason.SERVICE_VERSION_NOT_FOUND,
    ),
    _answered("GET /endpoints 200", "EndpointService/LookupEndpoints"),
)
"""By operation; which method became of each, and how, is in docs/osr-parity.md."""

OSR_PROPOSED: Final = (
    _proposed(
        4000,
        Said("validation errors", "fouten in het verzoek"),
        Reason.FIELD_REQUIRED,
        Reason.FIELD_INVALID,
        Reason.IDENTIFIER_MALFORMED,
        Reason.DATE_MALFORMED,
        note=Said(
            "`BadRequest` names the field: one, the first that is at fault.",
            "`BadRequest` noemt het veld: één, het eerste dat fout is.",
        ),
    ),
    _proposed(
        4001,
        Said("the OIN is malformed", "het OIN heeft niet de juiste vorm"),
        Reason.IDENTIFIER_MALFORMED,
    ),
    _proposed(
        4002,
        Said(
            "neither routing_id nor school_oin, or both",
            "noch routing_id noch school_oin, of allebei",
        ),
        Reason.FIELD_REQUIRED,
        note=Said(
            "A oneof: the one that was set last counts.",
            "Een oneof: de laatste die is gezet, telt.",
        ),
    ),
    _proposed(
        4003,
        Said("the period ends before it begins", "de periode eindigt voordat zij begint"),
        Reason.PERIOD_INVALID,
    ),
    _proposed(4004, Said("the URL is not https", "de URL is geen https"), Reason.URL_INVALID),
    _proposed(
        4010,
        Said(
            "the client certificate is missing, untrusted, expired or revoked",
            "het clientcertificaat ontbreekt, wordt niet vertrouwd, is verlopen of ingetrokken",
        ),
        Reason.CERTIFICATE_MISSING,
        Reason.CERTIFICATE_UNTRUSTED,
        Reason.CERTIFICATE_EXPIRED,
        Reason.CERTIFICATE_REVOKED,
    ),
    _proposed(
        4011,
        Said("the API key is missing or wrong", "de API-sleutel ontbreekt of is onjuist"),
        note=Said("There are no API keys.", "Er zijn geen API-sleutels."),
    ),
    _proposed(
        4030,
        Said("the token is of another OIN", "het token is van een ander OIN"),
        Reason.MANDATE_NOT_FOUND,
        note=Said(
            "What is another's reads as if it were not there.",
            "Wat van een ander is, leest als iets dat er niet is.",
        ),
    ),
    _proposed(
        4031,
        Said("no mandate is in force", "er is geen mandaat van kracht"),
        Reason.MANDATE_MISSING,
        Reason.MANDATE_ENDED,
    ),
    _proposed(
        4032,
        Said("the person does not manage this school", "de persoon beheert deze school niet"),
        Reason.ORGANISATION_NOT_YOURS,
    ),
    _proposed(
        4033,
        Said("the board has not signed", "het bestuur heeft niet getekend"),
        Reason.AGREEMENT_MISSING,
    ),
    _proposed(
        4040, Said("there is no such mandate", "dit mandaat is er niet"), Reason.MANDATE_NOT_FOUND
    ),
    _proposed(
        4041, Said("there is no such service", "deze dienst is er niet"), Reason.SERVICE_NOT_FOUND
    ),
    _proposed(
        4042,
        Said("there is no such version", "deze versie van de dienst is er niet"),
        Reason.SERVICE_VERSION_NOT_FOUND,
    ),
    _proposed(
        4043, Said("there is no such school", "deze school is er niet"), Reason.SCHOOL_NOT_FOUND
    ),
    _proposed(
        4090,
        Said(
            "two mandates of one system share days",
            "twee mandaten van één systeem hebben dagen gemeen",
        ),
        Reason.MANDATE_OVERLAPS,
    ),
    _proposed(
        4091,
        Said("the routing key is in use", "het routeringskenmerk is in gebruik"),
        Reason.ROUTING_KEY_IN_USE,
    ),
    _proposed(
        4220,
        Said(
            "the school that a mandate is copied to has another system",
            "de school waarnaar een mandaat wordt gekopieerd, heeft een ander systeem",
        ),
        Reason.NOTHING_TO_COPY,
        note=Said(
            "Such a school is a row `OTHER_SYSTEM` of the preview, and is left out.",
            "Zo'n school is een regel `OTHER_SYSTEM` in het voorbeeld en wordt overgeslagen.",
        ),
    ),
    _proposed(4290, Said("too many look-ups", "te veel opvragingen"), Reason.QUOTA_EXCEEDED),
    _proposed(
        5030,
        Said("RIO or DUO cannot be reached", "RIO of DUO is niet bereikbaar"),
        note=Said(
            "Schools come from files: nothing waits for another's service.",
            "Scholen komen uit bestanden: niets wacht op een dienst van een ander.",
        ),
    ),
)
"""By number."""
