"""Writes docs/vectors: `make vectors`."""

import json
from pathlib import Path
from typing import Any, Final

from support.paths import ROOT
from support.vectors import (
    acceptances,
    deliveries,
    exchanges,
    outcomes,
    receipts,
    signatures,
    statuses,
)
from support.vectors.fetching import orders, system_keys
from support.vectors.identities import Identities
from support.vectors.signing import Notary, committed
from wissel.routing.signing.dsse import ENVELOPE_HEADER, HUB_RECEIPT, pae

FOLDER: Final = ROOT / "docs" / "vectors"


def documents(folder: Path) -> dict[str, Any]:
    """Return the content of each JSON file by its name, with what `folder` holds used again."""
    keys = folder / "keys.json"
    who = (
        Identities.from_json(json.loads(keys.read_text())) if keys.exists() else Identities.create()
    )
    notary = Notary(committed(folder))
    return {
        "keys.json": who.to_json(),
        "pae.json": [_encoded(*each) for each in _TEXTS],
        "signatures.json": list(signatures.signatures(who, notary)),
        "exchanges.json": list(exchanges.exchanges(who, notary)),
        "deliveries.json": list(deliveries.deliveries(who, notary)),
        "receipts.json": list(receipts.receipts(who, notary)),
        "acceptances.json": list(acceptances.acceptances(who, notary)),
        "outcomes.json": list(outcomes.outcomes(who, notary)),
        "orders.json": list(orders.orders(who, notary)),
        "system_keys.json": list(system_keys.system_keys(who, notary)),
        "search_keys.json": list(system_keys.search_keys()),
        "statuses.json": list(statuses.statuses()),
    }


def written(document: Any) -> str:
    """Return the text of a JSON file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


_TEXTS: Final = (
    (ENVELOPE_HEADER, b""),
    (HUB_RECEIPT, b"\x00\xff"),
    ("http://example.com/HelloWorld", b"hello world"),
    ("télé", "één".encode()),
)


def _encoded(payload_type: str, payload: bytes) -> dict[str, str]:
    encoding = pae(payload_type, payload)
    return {"payload_type": payload_type, "payload": payload.hex(), "pae": encoding.hex()}


def main() -> None:
    """Write the files that changed."""
    for name, document in documents(FOLDER).items():
        (FOLDER / name).write_text(written(document))


if __name__ == "__main__":
    main()
