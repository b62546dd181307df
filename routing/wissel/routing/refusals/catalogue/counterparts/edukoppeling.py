"""The fault codes of Edukoppeling, and of Digikoppeling beneath it.

They are of SOAP messages with WS-Addressing headers. Here a call is gRPC over mutual TLS,
and what must be proven later is a signed message; so some have nothing that says them.
"""

from typing import Final

from wissel.routing.refusals.catalogue.counterparts.counterpart import Counterpart, Standard
from wissel.routing.refusals.reasons import Reason


def _fault(name: str, says: str, *reasons: Reason, note: str = "") -> Counterpart:
    return Counterpart(
        standard=Standard.EDUKOPPELING, name=name, says=says, reasons=reasons, note=note
    )


EDUKOPPELING: Final = (
    _fault(
        "VersionMismatch.DK0001",
        "the envelope is not SOAP 1.1",
        Reason.METHOD_UNKNOWN,
        note="A version is part of the method's path. What is not gRPC is answered by HTTP alone.",
    ),
    _fault(
        "Client.DK0002",
        "the caller may not make this call",
        Reason.PARTY_NOT_REGISTERED,
        Reason.METHOD_NOT_ALLOWED,
        Reason.SENDER_NOT_ALLOWED,
        Reason.MANDATE_MISSING,
    ),
    _fault("Client.DK0003", "the SOAPAction is wrong", Reason.METHOD_UNKNOWN),
    _fault(
        "Client.DK0004",
        "the message is not as agreed",
        Reason.FIELD_REQUIRED,
        Reason.FIELD_INVALID,
        Reason.HEADER_MALFORMED,
        note="A dossier is checked by who made it and who receives it: the hub reads none.",
    ),
    _fault(
        "Client.DK0005",
        "wsa:To is missing",
        Reason.FIELD_REQUIRED,
        note="The receiver stands in the signed header, by organisation and delivery point.",
    ),
    _fault(
        "Client.DK0006",
        "wsa:Action is missing",
        note="No gRPC call is without its method.",
    ),
    _fault(
        "Client.DK0007",
        "wsa:MessageID is missing",
        Reason.FIELD_REQUIRED,
        note="`message_id` of the signed header.",
    ),
    _fault(
        "Client.DK0008",
        "wsa:RelatesTo is missing",
        Reason.RECEIPT_INVALID,
        note="An answer belongs to its call; a receipt names the digest of the header.",
    ),
    _fault(
        "Client.DK0009",
        "the message is not UTF-8",
        Reason.FIELD_INVALID,
        note="Texts of protobuf are UTF-8; what cannot be decoded is no message of its type.",
    ),
    _fault(
        "Client.DK0010",
        "there are other headers than those of WS-Addressing",
        Reason.HEADER_MALFORMED,
        note="Of a signed message each field is known. Other metadata of a call is not read.",
    ),
    _fault(
        "Client.DK0011",
        "a WS-Addressing header has a wrong value",
        Reason.FIELD_INVALID,
        Reason.SIGNER_MISMATCH,
        Reason.WRONG_HUB,
    ),
    _fault(
        "Client.EK0020",
        "wsa:From is missing",
        Reason.FIELD_REQUIRED,
        note="The sender stands in the signed header; who calls, in the certificate.",
    ),
    _fault("Client.EK0021", "wsa:From has no valid OIN", Reason.IDENTIFIER_MALFORMED),
    _fault("Client.EK0022", "wsa:To has no valid OIN", Reason.IDENTIFIER_MALFORMED),
    _fault("Client.EK0023", "wsa:MessageID is no UUID", Reason.FIELD_INVALID),
    _fault(
        "Client.EK0030",
        "the OIN in the TLS certificate is missing or invalid",
        Reason.OIN_MISSING,
        Reason.OIN_MALFORMED,
        Reason.OIN_AMBIGUOUS,
        Reason.CERTIFICATE_MISSING,
        Reason.CERTIFICATE_UNTRUSTED,
        Reason.CERTIFICATE_UNSUITABLE,
    ),
    _fault(
        "Client.EK0031",
        "the signature is missing or wrong",
        Reason.SIGNATURE_INVALID,
        Reason.SIGNATURE_COUNT_INVALID,
        Reason.ALGORITHM_NOT_ALLOWED,
        Reason.SIGNER_UNTRUSTED,
    ),
    _fault(
        "Server.DK0050",
        "who handles the request fails",
        Reason.INTERNAL_ERROR,
        Reason.RECEIVER_FAILED,
        Reason.SOURCE_FAILED,
    ),
    _fault(
        "Server.DK0051",
        "the service is not there, or does not answer in time",
        Reason.OVERLOADED,
        Reason.SHUTTING_DOWN,
        Reason.DATABASE_UNAVAILABLE,
        Reason.RECEIVER_UNAVAILABLE,
        Reason.RECEIVER_TIMEOUT,
    ),
)
"""By code."""
