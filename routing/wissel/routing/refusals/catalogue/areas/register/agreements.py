"""Rules of the register for agreements and their texts (R2)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Action, Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

AGREEMENTS: Final = {
    Reason.AGREEMENT_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "An agreement that this service needs is not in force[ for {signatory}][: {agreement}]"
            "[, on {on}].",
            "The board asks for the agreement and accepts it, or the operator records it from "
            "paper; a school that moved to another board needs that board's agreement, or a "
            "succession.",
        ),
        nl=Words(
            "Een overeenkomst die deze dienst vraagt, is niet van kracht[ voor {signatory}][: "
            "{agreement}][, op {on}].",
            "Het bestuur vraagt de overeenkomst aan en accepteert haar, of de beheerder van de hub "
            "legt haar vast van papier; een school die naar een ander bestuur ging, heeft de "
            "overeenkomst van dat bestuur nodig, of een rechtsopvolging.",
        ),
        owner=Owner.BOARD,
        contact=Contact.KENNISNET,
        action=Action.SIGN_AGREEMENT,
        also=frozenset({"organisation", "service"}),
    ),
    Reason.VENDOR_AGREEMENT_MISSING: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The vendor[ {oin}] has no agreement in force that this service needs[: {agreement}].",
            "The vendor asks for the connection terms and accepts them, or the operator records "
            "them from paper.",
        ),
        nl=Words(
            "De leverancier[ {oin}] heeft geen overeenkomst van kracht die deze dienst vraagt[: "
            "{agreement}].",
            "De leverancier vraagt de aansluitvoorwaarden aan en accepteert ze, of de beheerder "
            "van de hub legt ze vast van papier.",
        ),
        owner=Owner.VENDOR,
        contact=Contact.VENDOR,
        action=Action.SIGN_AGREEMENT,
        also=frozenset({"desk", "on", "organisation", "service", "signatory", "system_id"}),
    ),
    Reason.AGREEMENT_ENDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "This agreement has ended already[ on {end}].",
            "Nothing more has to be ended; record a new agreement if one was signed.",
        ),
        nl=Words(
            "Deze overeenkomst is al beëindigd[ op {end}].",
            "Er hoeft niets meer te worden beëindigd; leg een nieuwe overeenkomst vast als die "
            "is ondertekend.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"agreement_id"}),
    ),
    Reason.AGREEMENT_TEXT_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "No text is registered[: {kind}][ with the digest {digest}].",
            "Check kind, language and digest; the operator registers texts.",
        ),
        nl=Words(
            "Er is geen tekst geregistreerd[: {kind}][ met het hashgetal {digest}].",
            "Controleer soort, taal en hashgetal; de beheerder van de hub registreert teksten.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field", "language", "version"}),
    ),
    Reason.AGREEMENT_TEXT_MISMATCH: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The digest that was named is not that of the text which is offered[: {digest}].",
            "Read the text that is offered (GetAgreementText), and accept it by its digest.",
        ),
        nl=Words(
            "Het genoemde hashgetal is niet dat van de aangeboden tekst[: {digest}].",
            "Lees de aangeboden tekst (GetAgreementText) en accepteer haar met haar hashgetal.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"agreement_id", "field"}),
    ),
    Reason.AGREEMENT_TEXT_REPLACED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "A later version of this text can be accepted[: {kind} {version}].",
            "Ask for that one (OfferAgreement) and read it; for paper, name the text that was "
            "signed.",
        ),
        nl=Words(
            "Er is een nieuwere versie van deze tekst[: {kind} {version}].",
            "Vraag die aan (OfferAgreement) en lees haar; noem bij papier de tekst die is "
            "ondertekend.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"digest"}),
    ),
    Reason.AGREEMENT_NOT_OFFERED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "This is no open offer[: it is {status}].",
            "Read the agreements again; ask for a new offer if one is needed.",
        ),
        nl=Words(
            "Dit is geen openstaand aanbod[: het is {status}].",
            "Lees de overeenkomsten opnieuw; vraag zo nodig een nieuw aanbod aan.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"agreement_id"}),
    ),
    Reason.AGREEMENT_NOT_CONCLUDED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "This agreement was not concluded[: it is {status}], so it has no end.",
            "Turn an offer down with DeclineAgreement.",
        ),
        nl=Words(
            "Deze overeenkomst is niet gesloten[: ze is {status}] en heeft dus geen einde.",
            "Wijs een aanbod af met DeclineAgreement.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"agreement_id"}),
    ),
    Reason.DOCUMENT_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This document cannot be registered[: {problem}].",
            "Send a PDF, or text in UTF-8, that is not too large.",
        ),
        nl=Words(
            "Dit document kan niet worden geregistreerd[: {problem}].",
            "Stuur een pdf, of tekst in UTF-8, die niet te groot is.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.ACCEPTANCE_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This acceptance proves nothing[: {problem}].",
            "Check which hub must have signed it; ask that hub for it again (GetAgreementText).",
        ),
        nl=Words(
            "Deze acceptatie bewijst niets[: {problem}].",
            "Controleer welke hub haar moet hebben ondertekend; vraag haar daar opnieuw op "
            "(GetAgreementText).",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
}
