"""The receiving side: implement one method, and serve.

class MyLas(Las):
    def accept(self, message: IncomingMessage) -> None:
        self.administration(message.routing_key).store(message.path, message.context)

serve(MyLas(), me, listen="0.0.0.0:8443", hub_oin="00000003...", storage="inbox")
"""

from wissel.clients.las.message import (
    Became,
    IncomingMessage,
    Las,
    Notification,
    RefuseMessage,
)
from wissel.clients.las.server import LasServer, LasSettings, serve

__all__ = [
    "Became",
    "IncomingMessage",
    "Las",
    "LasServer",
    "LasSettings",
    "Notification",
    "RefuseMessage",
    "serve",
]
