"""The TLS credentials of the server, renewed without a restart."""

import grpc

from wissel.server.courier.ports import OwnTls
from wissel.server.identity.reloading import Reloaded


class ServerCertificate:
    """The hub's TLS identity and client roots; their files are checked at each handshake.

    The last usable ones stay in use while a renewal is half done, or a file
    cannot be read.
    """

    def __init__(self, tls: Reloaded[OwnTls]) -> None:
        self._tls = tls
        self._shown = tls.current

    def credentials(self) -> grpc.ServerCredentials:
        """Return credentials that demand a client certificate."""
        return grpc.dynamic_ssl_server_credentials(
            _configuration(self._shown),
            self._renewed,  # type: ignore[arg-type]  # grpc takes None as "unchanged"
            require_client_authentication=True,
        )

    def _renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the new configuration if there is one, else None."""
        self._tls.refresh()
        current = self._tls.current
        if current is self._shown:
            return None
        self._shown = current
        return _configuration(current)


def _configuration(tls: OwnTls) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(tls.key, tls.chain)], tls.roots)
