"""All certificate files of a hub: read at the start, and renewed while it serves."""

import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, Self

from prometheus_client import CollectorRegistry

from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import Signer
from wissel.server.identity.expiry import Expiry
from wissel.server.identity.own_certificates import OwnTls, earliest_end, watch_signer, watch_tls
from wissel.server.identity.reloading import Watched, keep_looking
from wissel.server.identity.trust import HubTrust
from wissel.server.settings import Settings, StartError

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFiles:
    """Whom the hub trusts, and as whom it serves, calls and signs."""

    trust: HubTrust
    tls: Watched[OwnTls]
    signer: Watched[Signer]

    @classmethod
    def read(cls, settings: Settings, clock: Clock) -> Self:
        """Read the files of the settings, once they have been found to be of use.

        Raises `StartError`, `KeyFileError` or `TrustFileError`, which name the
        file or the settings.
        """
        trust = HubTrust.read(settings.trust_roots, settings.crls)
        certificate, key = settings.signing_certificate, settings.signing_key
        with _named("WISSEL_SIGNING_KEY and WISSEL_SIGNING_CERTIFICATE"):
            signer = watch_signer(certificate, key, trust, clock)
        with _named("WISSEL_TLS_KEY and WISSEL_TLS_CERTIFICATE"):
            tls = watch_tls(settings.tls_certificate, settings.tls_key, settings.trust_roots)
        return cls(trust=trust, tls=tls, signer=signer)

    async def keep_fresh(self, clock: Clock, metrics: CollectorRegistry, every: float) -> NoReturn:
        """Look every so many seconds: renewed files are taken into use, ends are seen coming."""
        expiry = Expiry(
            {
                "tls": lambda: self.tls.current.not_after,
                "signing": lambda: earliest_end(self.signer.current.chain),
            },
            metrics,
        )

        def look() -> None:
            self.refresh(clock())
            expiry.look(clock())

        look()
        await keep_looking(look, every)

    def refresh(self, at: dt.datetime) -> None:
        """Take into use what has been renewed; roots first, as the signer is judged by them."""
        self.trust.refresh(at)
        self.signer.refresh()
        self.tls.refresh()


@contextmanager
def _named(names: str) -> Iterator[None]:
    """Turn what is wrong with files into a `StartError` that names the settings or the file."""
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
