"""`wissel agreement verify`: what the hub signed about an acceptance, offline."""

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from wissel.clients.cli.output import note, print_json, print_pairs
from wissel.clients.cli.register.agreement_texts import sha256_of
from wissel.clients.cli.session import Session, session_of
from wissel.clients.errors import ReceiptUntrusted
from wissel.clients.statements.acceptances import acceptance_in, prove_acceptance
from wissel.routing.exchange.acceptance import Acceptance
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin


def verify(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="from `accept --out` or --json")
    ],
    document: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="the text that was accepted")
    ] = None,
) -> None:
    """Verify the hub's signed acceptance offline; needs --hub-oin and --trust-roots.

    Certificates are judged at the time of acceptance, which is the hub's own claim.
    """
    session = session_of(context)
    session.require("hub_oin", "trust_roots")
    hub_oin = Oin.parse(session.hub_oin, "hub_oin")
    try:
        signed = acceptance_in(json.loads(file.read_bytes()))
        said = prove_acceptance(signed, session.trust(), hub_oin, dt.datetime.now(dt.UTC))
    except (ValueError, RecursionError) as error:  # the latter by JSON that is nested too deep
        message = f"{file}: {error}"
        raise typer.BadParameter(message) from None
    except Refused as refused:
        details = ", ".join(value for value in refused.metadata.values() if value)
        raise ReceiptUntrusted(refused.reason, f"it proves nothing: {details}") from None
    if document is not None and sha256_of(document) != said.document_sha256.hex():
        raise ReceiptUntrusted("DIGEST_MISMATCH", f"{document} is not what was accepted")
    _show_acceptance(session, said)


def _show_acceptance(session: Session, said: Acceptance) -> None:
    accepted = said.accepted.isoformat()
    facts = {
        "agreement": str(said.agreement_id),
        "signatory": str(said.signatory),
        "kind": said.kind.value,
        "version": f"{said.text_version} ({said.language})",
        "with": said.counterparty,
        "document_sha256": said.document_sha256.hex(),
        "privacybijsluiter_sha256": said.privacy_notice_sha256.hex() or "none",
        "from": said.start.isoformat(),
        "accepted": accepted,
        "judged_at": f"{accepted} (claimed by the hub)",
        "by": f"{said.subject} of {said.issuer}" if said.issuer else f"OIN {said.caller_oin}",
        "level": said.level,
        "logged_in": said.authenticated.isoformat() if said.authenticated else "",
        "caller_oin": said.caller_oin,
        "caller_certificate_sha256": said.caller_certificate_sha256.hex(),
        "hub_oin": said.hub_oin,
    }
    if session.json:
        print_json(facts)
        return
    print_pairs([(name.replace("_", " "), value) for name, value in facts.items() if value])
    note("The acceptance holds. Its certificates were judged at the time of acceptance, not now.")
