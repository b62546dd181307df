"""The fault codes of Edukoppeling, and of Digikoppeling beneath it.

They are of SOAP messages with WS-Addressing headers. Here a call is gRPC over mutual TLS,
and what must be proven later is a signed message; so some have nothing that says them.
"""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Said, Standard
from wissel.routing.refusals.reasons import Reason


def _fault(name: str, says: Said, *reasons: Reason, note: Said | None = None) -> Counterpart:
    return Counterpart(
        standard=Standard.EDUKOPPELING, name=name, says=says, reasons=reasons, note=note
    )


EDUKOPPELING: Final = (
    _fault(
        "VersionMismatch.DK0001",
        Said("the envelope is not SOAP 1.1", "de envelop is geen SOAP 1.1"),
        Reason.METHOD_UNKNOWN,
        note=Said(
            "A version is part of the method's path. What is not gRPC is answered by HTTP alone.",
            "De versie is deel van het pad van de methode. Wat geen gRPC is, beantwoordt HTTP.",
        ),
    ),
    _fault(
        "Client.DK0002",
        Said("the caller may not make this call", "de aanroeper mag deze aanroep niet doen"),
        Reason.PARTY_NOT_REGISTERED,
        Reason.METHOD_NOT_ALLOWED,
        Reason.SENDER_NOT_ALLOWED,
        Reason.MANDATE_MISSING,
    ),
    _fault(
        "Client.DK0003",
        Said("the SOAPAction is wrong", "de SOAPAction is onjuist"),
        Reason.METHOD_UNKNOWN,
    ),
    _fault(
        "Client.DK0004",
        Said("the message is not as agreed", "het bericht is niet zoals afgesproken"),
        Reason.FIELD_REQUIRED,
        Reason.FIELD_INVALID,
        Reason.HEADER_MALFORMED,
        note=Said(
            "A dossier is checked by who made it and who receives it: the hub reads none.",
            "Een dossier toetst wie het maakt en wie het ontvangt: de hub leest er geen.",
        ),
    ),
    _fault(
        "Client.DK0005",
        Said("wsa:To is missing", "wsa:To ontbreekt"),
        Reason.FIELD_REQUIRED,
        note=Said(
            "The receiver stands in the signed header, by organisation and delivery point.",
            "De ontvanger staat in de ondertekende header, met organisatie en aanleverpunt.",
        ),
    ),
    _fault(
        "Client.DK0006",
        Said("wsa:Action is missing", "wsa:Action ontbreekt"),
        note=Said(
            "No gRPC call is without its method.", "Geen aanroep van gRPC is zonder methode."
        ),
    ),
    _fault(
        "Client.DK0007",
        Said("wsa:MessageID is missing", "wsa:MessageID ontbreekt"),
        Reason.FIELD_REQUIRED,
        note=Said("`message_id` of the signed header.", "`message_id` van de ondertekende header."),
    ),
    _fault(
        "Client.DK0008",
        Said("wsa:RelatesTo is missing", "wsa:RelatesTo ontbreekt"),
        Reason.RECEIPT_INVALID,
        note=Said(
            "An answer belongs to its call; a receipt names the digest of the header.",
            "Een antwoord hoort bij zijn aanroep; een ontvangstbewijs noemt de hash van de header.",
        ),
    ),
    _fault(
        "Client.DK0009",
        Said("the message is not UTF-8", "het bericht is geen UTF-8"),
        Reason.FIELD_INVALID,
        note=Said(
            "Texts of protobuf are UTF-8; what cannot be decoded is no message of its type.",
            "Teksten van protobuf zijn UTF-8; wat niet te lezen is, is geen bericht van dit type.",
        ),
    ),
    _fault(
        "Client.DK0010",
        Said(
            "there are other headers than those of WS-Addressing",
            "er zijn andere headers dan die van WS-Addressing",
        ),
        Reason.HEADER_MALFORMED,
        note=Said(
            "Of a signed message each field is known. Other metadata of a call is not read.",
            "Van een ondertekend bericht is elk veld bekend. Andere metadata leest niemand.",
        ),
    ),
    _fault(
        "Client.DK0011",
        Said(
            "a WS-Addressing header has a wrong value",
            "een header van WS-Addressing heeft een onjuiste waarde",
        ),
        Reason.FIELD_INVALID,
        Reason.SIGNER_MISMATCH,
        Reason.WRONG_HUB,
    ),
    _fault(
        "Client.EK0020",
        Said("wsa:From is missing", "wsa:From ontbreekt"),
        Reason.FIELD_REQUIRED,
        note=Said(
            "The sender stands in the signed header; who calls, in the certificate.",
            "De verzender staat in de ondertekende header; wie aanroept, in het certificaat.",
        ),
    ),
    _fault(
        "Client.EK0021",
        Said("wsa:From has no valid OIN", "wsa:From bevat geen geldig OIN"),
        Reason.IDENTIFIER_MALFORMED,
    ),
    _fault(
        "Client.EK0022",
        Said("wsa:To has no valid OIN", "wsa:To bevat geen geldig OIN"),
        Reason.IDENTIFIER_MALFORMED,
    ),
    _fault(
        "Client.EK0023",
        Said("wsa:MessageID is no UUID", "wsa:MessageID is geen UUID"),
        Reason.FIELD_INVALID,
    ),
    _fault(
        "Client.EK0030",
        Said(
            "the OIN in the TLS certificate is missing or invalid",
            "het OIN in het TLS-certificaat ontbreekt of is ongeldig",
        ),
        Reason.OIN_MISSING,
        Reason.OIN_MALFORMED,
        Reason.OIN_AMBIGUOUS,
        Reason.CERTIFICATE_MISSING,
        Reason.CERTIFICATE_UNTRUSTED,
        Reason.CERTIFICATE_UNSUITABLE,
    ),
    _fault(
        "Client.EK0031",
        Said("the signature is missing or wrong", "de ondertekening ontbreekt of is onjuist"),
        Reason.SIGNATURE_INVALID,
        Reason.SIGNATURE_COUNT_INVALID,
        Reason.ALGORITHM_NOT_ALLOWED,
        Reason.SIGNER_UNTRUSTED,
    ),
    _fault(
        "Server.DK0050",
        Said("who handles the request fails", "wie het verzoek afhandelt, geeft een fout"),
        Reason.INTERNAL_ERROR,
        Reason.RECEIVER_FAILED,
        Reason.SOURCE_FAILED,
    ),
    _fault(
        "Server.DK0051",
        Said(
            "the service is not there, or does not answer in time",
            "de dienst is er niet, of antwoordt niet op tijd",
        ),
        Reason.OVERLOADED,
        Reason.SHUTTING_DOWN,
        Reason.DATABASE_UNAVAILABLE,
        Reason.RECEIVER_UNAVAILABLE,
        Reason.RECEIVER_TIMEOUT,
    ),
)
"""By code."""
