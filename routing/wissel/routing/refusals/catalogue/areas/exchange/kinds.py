"""Which kind of message goes over which service, from whom to whom (design.md#kinds)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

KINDS: Final = {
    Reason.SERVICE_NOT_FORWARDABLE: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The hub does not forward messages for this service[: {service}].",
            "Send over OSO_OV or OSO_SWV; for other services use the route to call the receiver.",
        ),
        nl=Words(
            "De hub stuurt voor deze dienst geen berichten door[: {service}].",
            "Verzend over OSO_OV of OSO_SWV; gebruik voor andere diensten de route om de "
            "ontvanger aan te roepen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.KIND_NOT_ALLOWED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This overdrachtsoort does not travel over this service[: {overdrachtsoort}][ over "
            "{service}].",
            "Send overstapdossier and overdrachtbinnenbrin over OSO_OV, swv-dossier and "
            "terugkoppeling over OSO_SWV.",
        ),
        nl=Words(
            "Deze overdrachtsoort gaat niet over deze dienst[: {overdrachtsoort}][ over "
            "{service}].",
            "Verzend overstapdossier en overdrachtbinnenbrin over OSO_OV, swv-dossier en "
            "terugkoppeling over OSO_SWV.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.RELATION_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "This overdrachtsoort does not fit sender and receiver[: {overdrachtsoort}][ from "
            "{sender}][ to {receiver}].",
            "Use overdrachtbinnenbrin within one BRIN, with the sender's routing key; "
            "overstapdossier between two; swv-dossier to a samenwerkingsverband, terugkoppeling "
            "from one to a school.",
        ),
        nl=Words(
            "Deze overdrachtsoort past niet bij verzender en ontvanger[: {overdrachtsoort}][ van "
            "{sender}][ naar {receiver}].",
            "Gebruik overdrachtbinnenbrin binnen één BRIN, met het routeringskenmerk van de "
            "verzender; overstapdossier tussen twee; swv-dossier naar een samenwerkingsverband, "
            "terugkoppeling van een samenwerkingsverband naar een school.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.SAME_DELIVERY_POINT: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "Sender and receiver are the same administration[: {routing_key}].",
            "Name the vestiging, aanleverpunt or routing key of the other administration within "
            "this BRIN.",
        ),
        nl=Words(
            "Verzender en ontvanger zijn dezelfde administratie[: {routing_key}].",
            "Noem de vestiging, het aanleverpunt of het routeringskenmerk van de andere "
            "administratie binnen dit BRIN.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.INZAGE_NOT_ATTESTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "An overstapdossier travels only when the school attests that the parents have seen "
            "it, and on which day.",
            "Record the inzage with its date in the administration system, and send again. "
            "Whether the parents agree does not matter for this.",
        ),
        nl=Words(
            "Een overstapdossier reist alleen als de school verklaart dat de ouders het hebben "
            "ingezien, en op welke dag.",
            "Leg de inzage met de datum vast in het administratiesysteem en verzend opnieuw. Of "
            "de ouders akkoord zijn, maakt hiervoor niet uit.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.VENDOR,
    ),
    Reason.TOESTEMMING_NOT_ATTESTED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "Between two schools of secondary education an overstapdossier travels only with the "
            "consent (toestemming) of the parents, or of the pupil.",
            "Ask for the consent, record it in the administration system as 'Ja', and send again.",
        ),
        nl=Words(
            "Tussen twee scholen voor voortgezet onderwijs reist een overstapdossier alleen met "
            "toestemming van de ouders of de leerling.",
            "Vraag de toestemming, leg haar vast in het administratiesysteem als 'Ja' en verzend "
            "opnieuw.",
        ),
        owner=Owner.SCHOOL,
        contact=Contact.VENDOR,
    ),
}
