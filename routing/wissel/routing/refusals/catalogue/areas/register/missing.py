"""What is not in the register, or not for this caller (design.md#authorization).

An entity outside the caller's scope is answered in the same words as one that
does not exist.
"""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Action, Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

MISSING: Final = {
    Reason.SCHOOL_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The register has no school with this BRIN[: {brin}].",
            "Check the BRIN; a school that DUO's files lack is registered by the operator.",
        ),
        nl=Words(
            "Het register heeft geen school met dit BRIN[: {brin}].",
            "Controleer het BRIN; een school die in de bestanden van DUO ontbreekt, wordt door de "
            "beheerder van de hub geregistreerd.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field", "organisation"}),
    ),
    Reason.VESTIGING_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The school has no such vestiging[: {vestiging}].",
            "Check the number; GetSchool shows the locations that DUO reports.",
        ),
        nl=Words(
            "De school heeft deze vestiging niet[: {vestiging}].",
            "Controleer het nummer; GetSchool toont de vestigingen die DUO meldt.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.BOARD_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The register has no board with this number[: {board}].",
            "Check the number, five digits as DUO writes them.",
        ),
        nl=Words(
            "Het register heeft geen bestuur met dit nummer[: {board}].",
            "Controleer het nummer, vijf cijfers zoals DUO ze schrijft.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.SWV_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The register has no samenwerkingsverband with this code[: {swv}].",
            "Check the code, such as PO9901; the operator can register one.",
        ),
        nl=Words(
            "Het register heeft geen samenwerkingsverband met deze code[: {swv}].",
            "Controleer de code, zoals PO9901; de beheerder van de hub kan er een registreren.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.PARTY_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "No party with this OIN is registered[: {oin}].",
            "Check the OIN; the operator registers parties.",
        ),
        nl=Words(
            "Er is geen partij met dit OIN geregistreerd[: {oin}].",
            "Controleer het OIN; de beheerder van de hub registreert partijen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.SYSTEM_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such system[: {system_id}].",
            "Check the id; ListSystems shows the systems that this caller can see.",
        ),
        nl=Words(
            "Er is geen systeem met dit id[: {system_id}].",
            "Controleer het id; ListSystems toont de systemen die deze aanroeper kan zien.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.SERVICE_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no service with this code[: {service}].",
            "Use a code or alias that ListServices shows, such as OSO_OV.",
        ),
        nl=Words(
            "Er is geen dienst met deze code[: {service}].",
            "Gebruik een code of alias die ListServices toont, zoals OSO_OV.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        action=Action.ASK_OTHERWISE,
        also=frozenset({"field"}),
    ),
    Reason.SERVICE_VERSION_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "The service[ {service}] has no usable version by this name[: {version}].",
            "Use a namespace that GetService shows as active, or leave it out for the latest.",
        ),
        nl=Words(
            "De dienst[ {service}] heeft geen bruikbare versie met deze naam[: {version}].",
            "Gebruik een namespace die GetService als actief toont, of laat hem weg voor de "
            "nieuwste.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        action=Action.ACTIVATE_VERSION,
        also=frozenset({"field", "on", "service_version"}),
    ),
    Reason.MANDATE_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such mandate among those that this caller can see[: {mandate_id}]"
            "[, of {organisation}][ for {service}][ to {system_id}].",
            "Check the id; ListMandates shows the caller's mandates.",
        ),
        nl=Words(
            "Zo'n mandaat is er niet bij wat deze aanroeper kan zien[: {mandate_id}]"
            "[, van {organisation}][ voor {service}][ aan {system_id}].",
            "Controleer het id; ListMandates toont de mandaten van de aanroeper.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.ENDPOINT_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such endpoint among those that this caller can see[: {endpoint_id}].",
            "Check the id; ListEndpoints shows the caller's endpoints.",
        ),
        nl=Words(
            "Er is geen endpoint met dit id bij wat deze aanroeper kan zien[: {endpoint_id}].",
            "Controleer het id; ListEndpoints toont de endpoints van de aanroeper.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"field"}),
    ),
    Reason.AGREEMENT_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such agreement[: {agreement_id}].",
            "Check the id; ListAgreements shows what has been signed.",
        ),
        nl=Words(
            "Er is geen overeenkomst met dit id[: {agreement_id}].",
            "Controleer het id; ListAgreements toont wat er is ondertekend.",
        ),
        owner=Owner.CALLER,
        contact=Contact.KENNISNET,
        also=frozenset({"field"}),
    ),
    Reason.DELIVERY_NOT_FOUND: Entry(
        code=Code.NOT_FOUND,
        en=Words(
            "There is no such message among those that this caller can see[: {message_id}].",
            "Check the message id and the sender's OIN; a message that was refused before it was "
            "accepted leaves no delivery.",
        ),
        nl=Words(
            "Er is geen bericht met dit id bij wat deze aanroeper kan zien[: {message_id}].",
            "Controleer het bericht-id en het OIN van de verzender; een bericht dat al voor de "
            "aanname is geweigerd, laat geen aflevering na.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
}
