"""What an envelope must be before it travels (design.md#envelopes)."""

from typing import Final

from wissel.routing.refusals.catalogue.entry import Code, Contact, Entry, Owner, Words
from wissel.routing.refusals.reasons import Reason

_SHAPE: Final = {
    Reason.HEADER_MISSING: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The stream did not begin with a signed header.",
            "Send the signed header first, then the chunks, then the half-close.",
        ),
        nl=Words(
            "De stroom begon niet met een ondertekende header.",
            "Stuur eerst de ondertekende header, dan de chunks, dan de half-close.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.HEADER_TOO_LARGE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The signed header is larger than the hub reads[: {size}][, at most {limit} bytes].",
            "Send at most four certificates, and keep the header's texts short.",
        ),
        nl=Words(
            "De ondertekende header is groter dan de hub leest[: {size}][, hoogstens {limit} "
            "bytes].",
            "Stuur hoogstens vier certificaten mee en houd de teksten in de header kort.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.HEADER_MALFORMED: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The signed header is not a complete envelope header[: {problem}].",
            "Fill every required field of the header and its context, and no others.",
        ),
        nl=Words(
            "De ondertekende header is geen volledige envelopheader[: {problem}].",
            "Vul elk verplicht veld van de header en de context, en geen andere.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.PAYLOAD_TOO_LARGE: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The payload is larger than may be delivered here[: {size}][, at most {limit} bytes].",
            "Make the dossier smaller, for instance with fewer or smaller attachments.",
        ),
        nl=Words(
            "De payload is groter dan hier mag worden afgeleverd[: {size}][, hoogstens {limit} "
            "bytes].",
            "Maak het dossier kleiner, bijvoorbeeld met minder of kleinere bijlagen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.CHUNK_INVALID: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "A part of the stream is not a chunk of an allowed size[: {size} bytes].",
            "Send chunks of at most 1 MiB, all but the last of at least 64 KiB.",
        ),
        nl=Words(
            "Een deel van de stroom is geen chunk van een toegestane grootte[: {size} bytes].",
            "Stuur chunks van hoogstens 1 MiB, behalve de laatste alle van ten minste 64 KiB.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.SIZE_MISMATCH: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The payload has another size[ ({actual})] than its signed header says[ ({expected})]. "
            "The receiver has not got it.",
            "Send exactly the bytes that were signed; the same message_id may try again.",
        ),
        nl=Words(
            "De payload heeft een andere grootte[ ({actual})] dan de ondertekende header zegt"
            "[ ({expected})]. De ontvanger heeft hem niet gekregen.",
            "Stuur precies de bytes die zijn ondertekend; hetzelfde message_id mag het opnieuw "
            "proberen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.DIGEST_MISMATCH: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The payload has another SHA-256 than its signed header says. The receiver has not "
            "got it.",
            "Send exactly the bytes that were signed; the same message_id may try again.",
        ),
        nl=Words(
            "De payload heeft een andere SHA-256 dan de ondertekende header zegt. De ontvanger "
            "heeft hem niet gekregen.",
            "Stuur precies de bytes die zijn ondertekend; hetzelfde message_id mag het opnieuw "
            "proberen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
}

_PLACE_AND_TIME: Final = {
    Reason.WRONG_HUB: Entry(
        code=Code.INVALID_ARGUMENT,
        en=Words(
            "The envelope is addressed to another hub[: {hub_oin}][; this one is {own_oin}].",
            "Sign the envelope for this hub; test and production have other OINs.",
        ),
        nl=Words(
            "De envelop is aan een andere hub gericht[: {hub_oin}][; deze is {own_oin}].",
            "Onderteken de envelop voor deze hub; test en productie hebben een ander OIN.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
    Reason.ENVELOPE_EXPIRED: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The envelope has expired[ at {expire_time}].",
            "Unless GetDelivery says that it was delivered, make a new envelope with a new "
            "message_id. Check the clock of the sender.",
        ),
        nl=Words(
            "De envelop is verlopen[ op {expire_time}].",
            "Maak een nieuwe envelop met een nieuw message_id, tenzij GetDelivery zegt dat deze is "
            "afgeleverd. Controleer de klok van de verzender.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"message_id"}),
    ),
    Reason.ENVELOPE_FROM_FUTURE: Entry(
        code=Code.FAILED_PRECONDITION,
        en=Words(
            "The envelope was made at a moment that is still to come[: {created_time}].",
            "Set the clock of the sender right; it may be at most 5 minutes ahead.",
        ),
        nl=Words(
            "De envelop is gemaakt op een moment dat nog moet komen[: {created_time}].",
            "Zet de klok van de verzender goed; hij mag hoogstens 5 minuten voorlopen.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
    ),
}

_MESSAGE_ID: Final = {
    Reason.MESSAGE_ID_REUSED: Entry(
        code=Code.ALREADY_EXISTS,
        en=Words(
            "This sender has used the message_id before, for another header[: {message_id}].",
            "Use a new UUID for a new message; repeat an id only with exactly the same header.",
        ),
        nl=Words(
            "Deze verzender heeft het message_id al gebruikt, voor een andere header"
            "[: {message_id}].",
            "Gebruik een nieuw UUID voor een nieuw bericht; herhaal een id alleen met precies "
            "dezelfde header.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        also=frozenset({"field"}),
    ),
    Reason.MESSAGE_IN_PROGRESS: Entry(
        code=Code.UNAVAILABLE,
        en=Words(
            "This message is being delivered at this moment[: {message_id}].",
            "Wait and send it again unchanged, or ask GetDelivery what became of it.",
        ),
        nl=Words(
            "Dit bericht wordt op dit moment afgeleverd[: {message_id}].",
            "Wacht en stuur het ongewijzigd opnieuw, of vraag GetDelivery wat ervan is geworden.",
        ),
        owner=Owner.CALLER,
        contact=Contact.VENDOR,
        retry_seconds=5,
        own_delay=True,
    ),
}

ENVELOPES: Final = {**_SHAPE, **_PLACE_AND_TIME, **_MESSAGE_ID}
