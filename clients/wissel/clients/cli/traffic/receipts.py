"""`wissel receipt`: verifies the proof of a delivery offline."""

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.output import note, print_json, print_pairs
from wissel.clients.cli.session import session_of
from wissel.clients.errors import ReceiptUntrusted
from wissel.clients.sending.compose import measure
from wissel.clients.sending.receipts import prove_written
from wissel.routing.exchange.proof import Demanded, Proof
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin

app = typer.Typer(help="Receipts.", no_args_is_help=True)
_WHAT_IT_SAYS: Final = (
    "Both receipts hold. Their certificates were judged at the delivered time, not now; "
    "and that time is the hub's own claim."
)


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="from `send --receipt` or the outbox"),
    ],
    dossier: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="the file that was delivered")
    ] = None,
    receiver_oin: Annotated[
        str, typer.Option(metavar="OIN", help="the receiver that must have signed")
    ] = "",
) -> None:
    """Verify both receipts offline; needs --hub-oin and --trust-roots.

    With --receiver-oin they must be of that receiver. A file of the outbox holds
    the header too: then no time in them may be before it was made.

    Certificates are judged at the delivered time, which is the hub's own claim:
    a receipt does not lose its worth when a certificate expires.
    """
    session = session_of(context)
    session.require("hub_oin", "trust_roots")
    demanded = Demanded(
        hub_oin=Oin.parse(session.hub_oin, "hub_oin"),
        now=dt.datetime.now(dt.UTC),
        receiver_oin=Oin.parse(receiver_oin, "receiver_oin") if receiver_oin else None,
    )
    trust = session.trust()
    try:
        proof = prove_written(json.loads(file.read_bytes()), trust, demanded)
    except (ValueError, RecursionError) as error:  # the latter by JSON that is nested too deep
        message = f"{file}: {error}"
        raise typer.BadParameter(message) from None
    except Refused as refused:
        raise ReceiptUntrusted(refused.reason, _problem(refused)) from None
    if dossier is not None:
        _compare(dossier, proof)
    facts = _facts(proof)
    if session.json:
        print_json(facts)
    else:
        print_pairs([(name.replace("_", " "), value) for name, value in facts.items()])
        note(_WHAT_IT_SAYS)


def _problem(refused: Refused) -> str:
    details = ", ".join(value for value in refused.metadata.values() if value)
    return f"the receipt proves nothing: {details}"


def _compare(dossier: Path, proof: Proof) -> None:
    if measure(dossier).sha256 != proof.hub.exchange.payload_sha256:
        raise ReceiptUntrusted("DIGEST_MISMATCH", f"{dossier} is not what was delivered")


def _facts(proof: Proof) -> dict[str, str]:
    said = proof.hub.exchange
    delivered = proof.hub.delivered.isoformat()
    facts = {
        "message_id": str(said.message_id),
        "delivered": delivered,
        "judged_at": f"{delivered} (claimed by the hub)",
        "received": proof.receiver.received.isoformat(),
        "bytes": str(said.payload_size),
        "sha256": said.payload_sha256.hex(),
        "sender_oin": said.sender_oin,
        "receiver_oin": said.receiver_oin,
        "hub_oin": said.hub_oin,
        "endpoint": str(proof.hub.endpoint_id),
        "registry_revision": str(proof.hub.registry_revision),
    }
    if proof.hub.test:
        facts["test"] = "an exchange with the test school"
    if proof.hub.revocation_stale:
        facts["note"] = "a revocation list was out of date at that moment"
    return facts
