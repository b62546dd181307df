"""The TLS credentials of the server, renewed without a restart."""

from collections.abc import Sequence
from pathlib import Path

import grpc
import structlog

from wissel.server.identity.keyfiles import KeyFileError, read_key

_LOG = structlog.get_logger("wissel.tls")


class ServerCertificate:
    """Certificate, key and client roots on disk, looked at again at each handshake.

    While a renewal is half done, or a file cannot be read, the last good ones
    stay in use.
    """

    def __init__(self, certificate: Path, key: Path, roots: Path) -> None:
        self._certificate = certificate
        self._key = key
        self._roots = roots
        self._seen = self._fingerprint()

    def credentials(self) -> grpc.ServerCredentials:
        """Return credentials that demand a client certificate.

        Raises `KeyFileError` or `OSError` if a file cannot be read.
        """
        return grpc.dynamic_ssl_server_credentials(
            self._read(),
            self._renewed,  # type: ignore[arg-type]  # grpc takes None as "unchanged"
            require_client_authentication=True,
        )

    def _renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the new configuration if a file has changed, else None."""
        try:
            seen = self._fingerprint()
            if seen == self._seen:
                return None
            configuration, self._seen = self._read(), seen
        except (OSError, KeyFileError) as error:
            _LOG.warning("certificate not renewed", error=str(error))
            return None
        return configuration

    def _read(self) -> grpc.ServerCertificateConfiguration:
        pair = (read_key(self._key), self._certificate.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], self._roots.read_bytes())

    def _fingerprint(self) -> Sequence[tuple[int, int]]:
        files = (self._certificate, self._key, self._roots)
        return [(status.st_mtime_ns, status.st_ino) for status in (each.stat() for each in files)]
