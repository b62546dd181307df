"""The rules of an overdracht binnen een BRIN: OVb."""

from typing import Final

from wissel.clients.dossier.rules import shared
from wissel.clients.dossier.rules.rule import forbidden, required, rule

WITHIN_BRIN: Final = (
    shared.las_part("OVb.MD01|OVa.MD01"),
    shared.validation_version("OVb.MD02|OVa.MD02"),
    rule(
        "OVb.MD03",
        "Een dossier binnen een BRIN zegt van elke categorie of die wordt uitgeleverd.",
        required("metadata", "categorie_uitlevering"),
    ),
    rule(
        "OVb.LL01",
        "Van de leerling wordt de geboortedatum gegeven, niet de geboortemaand.",
        forbidden("leerling", "geboortemaand"),
    ),
    rule(
        "OVb.LL02",
        "Van een leerling met een geheim adres mag geen adres worden gegeven.",
        forbidden("leerling", "adreslijst", shared.secret_address),
    ),
    rule(
        "OVb.LL03",
        "Van de leerling wordt geen adres van alleen vier cijfers gegeven.",
        forbidden("leerling", "postcode4adres"),
    ),
    *shared.secret_numbers("OVb.LL04", "OVb.OV02"),
    rule(
        "OVb.LL05",
        "Van een leerling met een geheim adres mag geen buitenlands adres worden gegeven.",
        forbidden("leerling", "adresbuitenland", shared.secret_address),
    ),
    rule(
        "WSb.LL06",
        "De geboorteplaats van de leerling mag niet worden gegeven.",
        forbidden("leerling", "geboorteplaats"),
    ),
    rule(
        "WSb.LL07",
        "De nationaliteit van de leerling mag niet worden gegeven.",
        forbidden("leerling", "nationaliteit"),
    ),
    rule(
        "OVb.OV01",
        "Van een verzorger met een geheim adres mag geen adres worden gegeven.",
        forbidden("verzorger", "adreslijst", shared.secret_address),
    ),
    *shared.results("WSa"),
)
