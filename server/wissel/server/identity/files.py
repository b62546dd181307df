"""All certificate files of a hub: read at the start, and renewed while it serves."""

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from prometheus_client import CollectorRegistry

from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificate_profile import Purpose
from wissel.routing.signing.certificates import chain_from_pem
from wissel.routing.signing.dsse import Signer
from wissel.server.courier.ports import Clock, OwnTls
from wissel.server.identity.expiry import Expiry
from wissel.server.identity.own_certificates import (
    earliest_end,
    reloaded_signer,
    reloaded_tls,
)
from wissel.server.identity.reloading import Reloaded, repeat
from wissel.server.identity.trust import HubTrust
from wissel.server.settings import Settings, StartError


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFiles:
    """What the hub trusts, and the keys with which it serves, calls and signs."""

    trust: HubTrust
    tls: Reloaded[OwnTls]
    signer: Reloaded[Signer]

    @classmethod
    def read(cls, settings: Settings, clock: Clock) -> Self:
        """Read the files that the settings name.

        Raises `StartError`, `KeyFileError` or `TrustFileError` if one cannot be
        used; the message names the file or the settings.
        """
        trust = HubTrust.read(settings.trust_roots, settings.crls)
        certificate, key = settings.signing_certificate, settings.signing_key
        with _named("WISSEL_SIGNING_KEY and WISSEL_SIGNING_CERTIFICATE"):
            signer = reloaded_signer(certificate, key, trust, clock)
        with _named("WISSEL_TLS_KEY and WISSEL_TLS_CERTIFICATE"):
            _require_servable(settings.tls_certificate, signer.current, trust, clock())
            tls = reloaded_tls(settings.tls_certificate, settings.tls_key, settings.trust_roots)
        return cls(trust=trust, tls=tls, signer=signer)

    async def keep_fresh(self, clock: Clock, metrics: CollectorRegistry, every: float) -> NoReturn:
        """Every `every` seconds take renewed files into use, and warn of certificates that end."""
        expiry = Expiry(
            {
                "tls": lambda: self.tls.current.not_after,
                "signing": lambda: earliest_end(self.signer.current.chain),
            },
            metrics,
        )

        def refresh() -> None:
            self.refresh(clock())
            expiry.report(clock())

        refresh()
        await repeat(refresh, every)

    def refresh(self, at: dt.datetime) -> None:
        """Take renewed files into use; roots first, as the signer is verified with them."""
        self.trust.refresh(at)
        self.signer.refresh()
        self.tls.refresh()


def _require_servable(certificate: Path, signer: Signer, trust: HubTrust, now: dt.datetime) -> None:
    """Return if vendors accept the hub's own certificate, which has the OIN that signs.

    Otherwise no vendor gets a connection, and reads no more than "Socket closed".
    Raises `StartError`, which names the file and what is wrong, and OSError.
    """
    name = f"WISSEL_TLS_CERTIFICATE: {certificate}"
    try:
        path = trust.path(chain_from_pem(certificate.read_bytes()), Purpose.SERVER, now)
    except Refused as refused:
        message = f"{name}: {refused.metadata.get('problem', '')} ({refused})"
        raise StartError(message.replace(":  (", ": (")) from None
    if path.oin != signer.oin:
        message = (
            f"{name} is of OIN {path.oin}, and WISSEL_SIGNING_CERTIFICATE of {signer.oin}: "
            "both must be the hub's"
        )
        raise StartError(message)


@contextmanager
def _named(names: str) -> Iterator[None]:
    """Turn an error about files into a `StartError` that names the settings or the file."""
    try:
        yield
    except ssl.SSLError as error:
        message = f"{names}: {error.reason or 'not usable PEM'}"
        raise StartError(message) from None
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
        raise StartError(message) from None
    except (ValueError, Refused) as error:
        message = f"{names}: {error}"
        raise StartError(message) from None
