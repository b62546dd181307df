"""Fetching a key set over https, within bounds of size and time."""

import asyncio
import ssl
from pathlib import Path
from typing import Final

import httpx

from wissel.server.identity.persons.issuer_keys import FetchFailed
from wissel.server.issuers import Issuer

SECONDS: Final = 5.0
"""How long a fetch may take in all."""
MAX_BYTES: Final = 256 * 1024
"""The largest key set that is read."""
_OK: Final = 200


async def fetch_keys(issuer: Issuer) -> bytes:
    """Return what an issuer's `jwks_url` answers; raises `FetchFailed`.

    No redirect is followed and no proxy used: what the setting names is what is
    asked. The roots are read anew each time, so that a renewed file counts.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _fetch(issuer)
    except TimeoutError:
        message = f"{issuer.jwks_url}: no answer within {SECONDS:g} seconds"
        raise FetchFailed(message) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        message = f"{issuer.jwks_url}: {' '.join(str(error).split()) or type(error).__name__}"
        raise FetchFailed(message) from None


async def _fetch(issuer: Issuer) -> bytes:
    roots = await asyncio.to_thread(trusted, issuer.jwks_ca)
    async with (
        httpx.AsyncClient(verify=roots, trust_env=False, timeout=SECONDS) as client,
        client.stream("GET", issuer.jwks_url, headers={"accept": "application/json"}) as answer,
    ):
        if answer.status_code != _OK:
            message = f"{issuer.jwks_url}: HTTP status {answer.status_code}"
            raise FetchFailed(message)
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > MAX_BYTES:
                message = f"{issuer.jwks_url}: larger than {MAX_BYTES // 1024} KiB"
                raise FetchFailed(message)
        return bytes(body)


def trusted(roots: Path | None) -> ssl.SSLContext:
    """Return the TLS settings that trust the roots in a PEM file, by default the system's.

    Raises OSError, of which `ssl.SSLError` is one, for a file that holds none.
    """
    return ssl.create_default_context(cafile=None if roots is None else str(roots))
