"""What DUO and RIO tell of schools (rule R1)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SCHOOL_FILES: Final = {
    Reason.FILE_UNKNOWN: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The file is no school file that the hub can read[: {file}][; {problem}]"
            "[; it is most like the file of {kind}, but lacks {lacking}].",
            "Send one of DUO's CSV files with its first line: locations of primary, special or "
            "secondary education, pupils per location of secondary education, or boards.",
        ),
        nl=Words(
            "Het bestand is geen scholenbestand dat de hub kan lezen[: {file}][; {problem}]"
            "[; het lijkt het meest op het bestand {kind}, maar mist {lacking}].",
            "Stuur een CSV-bestand van DUO met de eerste regel: vestigingen van primair, speciaal "
            "of voortgezet onderwijs, leerlingen vo per vestiging, of besturen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.FILE_LINE_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A line of the file cannot be read[: {file}][ line {line}][, {problem}]. Nothing was "
            "changed.",
            "Correct the lines that are named[; {count} in all], or fetch a file of DUO again "
            "without editing it.",
        ),
        nl=Words(
            "Een regel van het bestand is niet te lezen[: {file}][ regel {line}][, {problem}]. "
            "Er is niets gewijzigd.",
            "Verbeter de genoemde regels[; {count} in totaal], of haal een bestand van DUO "
            "opnieuw op zonder het te bewerken.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"problems"}),
    ),
    Reason.FILE_TOO_LARGE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The file is larger than the hub reads[, at most {limit} bytes].",
            "Check that this is the right file; DUO's school files are a few megabytes.",
        ),
        nl=Words(
            "Het bestand is groter dan de hub leest[, hoogstens {limit} bytes].",
            "Controleer of dit het juiste bestand is; de scholenbestanden van DUO zijn een paar "
            "megabytes.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field", "file"}),
    ),
    Reason.FILE_OUTDATED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The file describes an earlier day[ ({as_of})] than the last one read from this "
            "source[ {source}][, {last}].",
            "Import the newest file, or give the right as-of date.",
        ),
        nl=Words(
            "Het bestand beschrijft een eerdere dag[ ({as_of})] dan het laatst gelezen bestand "
            "van deze bron[ {source}][, {last}].",
            "Importeer het nieuwste bestand, of geef de juiste peildatum.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field", "file"}),
    ),
    Reason.IMPORT_CLOSES_TOO_MANY: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The file would close more locations than is credible[: {closing} of {open}][, at "
            "most a share of {limit}]. Nothing was changed.",
            "Check that the file is complete; if it is, import it again with a larger "
            "max_closed_share.",
        ),
        nl=Words(
            "Het bestand zou meer vestigingen sluiten dan geloofwaardig is[: {closing} van "
            "{open}][, hoogstens een deel van {limit}]. Er is niets gewijzigd.",
            "Controleer of het bestand volledig is; zo ja, importeer het opnieuw met een grotere "
            "max_closed_share.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"file", "source"}),
    ),
    Reason.KEPT_BY_RIO: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "What RIO tells of a school is not corrected here[: {subject}].",
            "Have its board correct it in RIO; the next file of DUO brings it.",
        ),
        nl=Words(
            "Wat RIO van een school vertelt wordt niet hier verbeterd[: {subject}].",
            "Laat het bestuur het in RIO verbeteren; het volgende bestand van DUO brengt het mee.",
        ),
        owner=Owner.BOARD,
        contact=Contact.RIO,
        also=frozenset({"field", "source"}),
    ),
}
