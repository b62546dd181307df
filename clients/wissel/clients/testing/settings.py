"""The settings of a hub that runs for a short time."""

import json
from pathlib import Path

from wissel.clients.testing.issuer import DevelopmentIssuer


def hub_settings(
    folder: Path, operator_oin: str, issuer: DevelopmentIssuer | None = None
) -> dict[str, str]:
    """Return the environment of a hub on a free port, with its data in `folder`.

    Its certificate is that of `hub` in the development PKI in `folder/pki`. It may
    deliver to a LAS on this machine, and trusts the tokens of `issuer`.
    """
    pki = folder / "pki"
    issuers = [] if issuer is None else [issuer.settings()]
    return {
        "WISSEL_ISSUERS": json.dumps(issuers),
        "WISSEL_LISTEN": "127.0.0.1:0",
        "WISSEL_DATA_DIR": str(folder / "hub"),
        "WISSEL_TLS_CERTIFICATE": str(pki / "hub.pem"),
        "WISSEL_TLS_KEY": str(pki / "hub.key"),
        "WISSEL_SIGNING_CERTIFICATE": str(pki / "hub.pem"),
        "WISSEL_SIGNING_KEY": str(pki / "hub.key"),
        "WISSEL_TRUST_ROOTS": str(pki / "root.pem"),
        "WISSEL_OPERATORS": operator_oin,
        "WISSEL_PRIVATE_ADDRESSES": "true",
    }
