"""What an overstapdossier and a dossier for a samenwerkingsverband ask alike, each by own ids."""

from wissel.clients.dossier.rules.rule import Rule, forbidden, one_of, required, rule
from wissel.clients.dossier.rules.shared import secret_address, secret_numbers, some_address


def of_pupil(prefix: str) -> tuple[Rule, ...]:
    """Return the rules about school, pupil and carers; `prefix` is `OVa` or `PaO`."""
    return (
        rule(
            f"{prefix}.SL01",
            "Van de school is minstens één adres nodig.",
            required("huidigeschool", "adreslijst"),
        ),
        rule(
            f"{prefix}.SL02",
            "Van de school is minstens één telefoonnummer of e-mailadres nodig.",
            required("huidigeschool", "communicatielijst"),
        ),
        rule(
            f"{prefix}.LL01",
            "Van de leerling is minstens één voornaam nodig.",
            required("leerling", "voornaam"),
        ),
        rule(
            f"{prefix}.LL02",
            "Van de leerling is de geboortedatum nodig.",
            one_of("leerling", "geboortedatum", "geboortemaand"),
        ),
        rule(
            f"{prefix}.LL03",
            "Van de leerling wordt de geboortedatum gegeven, niet de geboortemaand.",
            forbidden("leerling", "geboortemaand"),
        ),
        rule(
            f"{prefix}.LL04",
            "Van de leerling moet zijn gegeven of het adres geheim is.",
            required("leerling", "adresgeheim"),
        ),
        rule(
            f"{prefix}.LL05",
            "Van een leerling zonder geheim adres is een adres nodig, in Nederland of daarbuiten.",
            some_address(),
        ),
        rule(
            f"{prefix}.LL06",
            "Van een leerling met een geheim adres mag geen adres worden gegeven.",
            forbidden("leerling", "adreslijst", secret_address),
        ),
        rule(
            f"{prefix}.LL07",
            "Van de leerling wordt geen adres van alleen vier cijfers gegeven.",
            forbidden("leerling", "postcode4adres"),
        ),
        *secret_numbers(f"{prefix}.LL08", f"{prefix}.OV04"),
        rule(
            f"{prefix}.LL09",
            "Van een leerling met een geheim adres mag geen buitenlands adres worden gegeven.",
            forbidden("leerling", "adresbuitenland", secret_address),
        ),
        rule(
            f"{prefix}.LL10",
            "De geboorteplaats van de leerling mag niet worden gegeven.",
            forbidden("leerling", "geboorteplaats"),
        ),
        rule(
            f"{prefix}.LL11",
            "De nationaliteit van de leerling mag niet worden gegeven.",
            forbidden("leerling", "nationaliteit"),
        ),
        rule(
            f"{prefix}.SL01",
            "De schoolloopbaan van de leerling is nodig.",
            required("leerling", "schoolloopbaanlijst"),
        ),
        rule(
            f"{prefix}.OV03",
            "Van een verzorger met een geheim adres mag geen adres worden gegeven.",
            forbidden("verzorger", "adreslijst", secret_address),
        ),
    )
