"""Who calls, and what they may do (design.md#identity)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

IDENTITY: Final = {
    Reason.OIN_MISSING: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate holds no OIN in its subject.serialNumber.",
            "Use a PKIoverheid certificate that was issued with the organisation's OIN.",
        ),
        nl=Words(
            "Het certificaat bevat geen OIN in subject.serialNumber.",
            "Gebruik een PKIoverheid-certificaat dat met het OIN van de organisatie is uitgegeven.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.OIN_AMBIGUOUS: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate holds several subject.serialNumbers, so it names no single party.",
            "Use a certificate with exactly one OIN in its subject.",
        ),
        nl=Words(
            "Het certificaat bevat meer dan één subject.serialNumber en wijst zo niet één partij "
            "aan.",
            "Gebruik een certificaat met precies één OIN in het subject.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"count"}),
    ),
    Reason.OIN_MALFORMED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The subject.serialNumber of the certificate is not an OIN of 20 characters.",
            "Use a certificate with the OIN in subject.serialNumber, without a prefix or blanks.",
        ),
        nl=Words(
            "Het subject.serialNumber van het certificaat is geen OIN van 20 tekens.",
            "Gebruik een certificaat met het OIN in subject.serialNumber, zonder voorvoegsel of "
            "spaties.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_MISSING: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The connection was made without a client certificate.",
            "Connect with mutual TLS, with the organisation's PKIoverheid certificate and its key.",
        ),
        nl=Words(
            "De verbinding is gemaakt zonder clientcertificaat.",
            "Verbind met tweezijdig TLS, met het PKIoverheid-certificaat van de organisatie en de "
            "sleutel ervan.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_UNTRUSTED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "No path leads from the certificate to a root that the hub trusts.",
            "Send the intermediate certificates along with the leaf, and use one issued under a "
            "trusted root (PKIoverheid private root in production).",
        ),
        nl=Words(
            "Er loopt geen pad van het certificaat naar een root die de hub vertrouwt.",
            "Stuur de tussenliggende certificaten mee en gebruik een certificaat onder een "
            "vertrouwde root (in productie de PKIoverheid private root).",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_EXPIRED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate, or one in its chain, has expired[ on {not_after}].",
            "Install the renewed certificate and connect again; mandates and endpoints stay as "
            "they are, for a party is bound to its OIN.",
        ),
        nl=Words(
            "Het certificaat, of een in de keten, is verlopen[ op {not_after}].",
            "Installeer het vernieuwde certificaat en verbind opnieuw; mandaten en endpoints "
            "blijven staan, want een partij is gebonden aan haar OIN.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_NOT_YET_VALID: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate, or one in its chain, is not valid yet[ before {not_before}].",
            "Use the certificate that is valid now, and check the clocks.",
        ),
        nl=Words(
            "Het certificaat, of een in de keten, is nog niet geldig[ vóór {not_before}].",
            "Gebruik het certificaat dat nu geldig is en controleer de klokken.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_UNSUITABLE: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate is not suitable for this use[: {problem}].",
            "Use an end-entity certificate with RSA of at least 2048 bits or EC of at least "
            "P-256, and with the extended key usage for this side of the connection, issued by "
            "authorities that keep to RFC 5280.",
        ),
        nl=Words(
            "Het certificaat is niet geschikt voor dit gebruik[: {problem}].",
            "Gebruik een eindcertificaat met RSA van ten minste 2048 bits of EC van ten minste "
            "P-256, en met het extended key usage voor deze kant van de verbinding, uitgegeven "
            "door autoriteiten die zich aan RFC 5280 houden.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
    Reason.CERTIFICATE_REVOKED: Entry(
        code=Code.UNAUTHENTICATED,
        en=Words(
            "The certificate, or one in its chain, has been revoked.",
            "Connect with a certificate that has not been revoked; ask the operator if this "
            "revocation was not expected.",
        ),
        nl=Words(
            "Het certificaat, of een in de keten, is ingetrokken.",
            "Verbind met een certificaat dat niet is ingetrokken; vraag het de beheerder van de "
            "hub als deze intrekking niet werd verwacht.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
        also=frozenset({"target", "value"}),
    ),
    Reason.REVOCATION_UNKNOWN: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "The hub has no revocation list that is recent enough to trust this certificate.",
            "Try again later; the operator has to refresh the revocation list.",
        ),
        nl=Words(
            "De hub heeft geen intrekkingslijst die recent genoeg is om dit certificaat te "
            "vertrouwen.",
            "Probeer het later opnieuw; de beheerder van de hub moet de intrekkingslijst "
            "verversen.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.OPERATOR,
        retry_seconds=300,
    ),
    Reason.PARTY_NOT_REGISTERED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "The certificate is trusted, but its OIN[ {oin}] is not registered with this hub.",
            "Ask for registration of this OIN, or connect with the certificate of the OIN that is "
            "registered.",
        ),
        nl=Words(
            "Het certificaat wordt vertrouwd, maar het OIN[ {oin}] is niet bij deze hub "
            "geregistreerd.",
            "Vraag registratie van dit OIN aan, of verbind met het certificaat van het OIN dat "
            "wel geregistreerd is.",
        ),
        owner=Owner.OPERATOR,
        contact=Contact.KENNISNET,
    ),
    Reason.METHOD_NOT_ALLOWED: Entry(
        code=Code.PERMISSION_DENIED,
        en=Words(
            "A party with this role[ ({role})] may not call this method[: {method}].",
            "Use a method that is meant for this role, or ask the operator whether the role is "
            "right; WhoAmI shows it.",
        ),
        nl=Words(
            "Een partij met deze rol[ ({role})] mag deze methode niet aanroepen[: {method}].",
            "Gebruik een methode die voor deze rol bedoeld is, of vraag de beheerder van de hub "
            "of de rol klopt; WhoAmI toont hem.",
        ),
        owner=Owner.CALLER,
        contact=Contact.OPERATOR,
    ),
}
