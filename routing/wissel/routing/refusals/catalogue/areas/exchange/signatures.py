"""Signatures and who made them (design.md#signing)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

SIGNATURES: Final = {
    Reason.SIGNATURE_COUNT_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A signed message carries exactly one signature[; this one has {count}].",
            "Sign once, with one key and its certificate chain.",
        ),
        nl=Words(
            "Een ondertekend bericht draagt precies één handtekening[; dit heeft er {count}].",
            "Onderteken eenmaal, met één sleutel en de certificaatketen ervan.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.SIGNATURE_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The signature does not match the signed bytes and the key in its certificate.",
            "Sign the DSSE encoding of exactly the bytes that are sent (its lengths count bytes), "
            "with the key that belongs to the first certificate of the chain.",
        ),
        nl=Words(
            "De handtekening past niet bij de ondertekende bytes en de sleutel in het certificaat.",
            "Onderteken de DSSE-codering van precies de bytes die worden verstuurd (de lengtes "
            "tellen bytes), met de sleutel bij het eerste certificaat van de keten.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.ALGORITHM_NOT_ALLOWED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The key of the signer is of a kind that is not accepted.",
            "Sign with ECDSA on P-256 or P-384, Ed25519, or RSA of at least 2048 bits with PSS.",
        ),
        nl=Words(
            "De sleutel van de ondertekenaar is van een soort die niet wordt aanvaard.",
            "Onderteken met ECDSA op P-256 of P-384, Ed25519, of RSA van ten minste 2048 bits "
            "met PSS.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"algorithm"}),
    ),
    Reason.PAYLOAD_TYPE_UNEXPECTED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The signed message is of another type than is expected here.",
            "Send the message that belongs in this place[, of type {expected}].",
        ),
        nl=Words(
            "Het ondertekende bericht is van een ander type dan hier wordt verwacht.",
            "Stuur het bericht dat op deze plaats hoort[, van type {expected}].",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.SIGNER_UNTRUSTED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The certificate of the signer cannot be trusted[: {problem}].",
            "Sign with a valid certificate with an OIN and digitalSignature, under a trusted "
            "root, and send its intermediates along.",
        ),
        nl=Words(
            "Het certificaat van de ondertekenaar is niet te vertrouwen[: {problem}].",
            "Onderteken met een geldig certificaat met een OIN en digitalSignature, onder een "
            "vertrouwde root, en stuur de tussenliggende certificaten mee.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"cause"}),
    ),
    Reason.SIGNER_MISMATCH: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The signer is not the party that this message must come from[: {signer_oin}][ instead "
            "of {expected_oin}].",
            "Let the OIN in the signing certificate, the OIN in the message and that of the "
            "connection be the same.",
        ),
        nl=Words(
            "De ondertekenaar is niet de partij van wie dit bericht moet komen[: {signer_oin}][ in "
            "plaats van {expected_oin}].",
            "Laat het OIN in het ondertekencertificaat, het OIN in het bericht en dat van de "
            "verbinding hetzelfde zijn.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"oin"}),
    ),
}
