"""grpc.health.v1, complete: the library's asyncio servicer lacks List."""

from typing import Any, Final

from grpc_health.v1 import health, health_pb2

_pb: Final[Any] = health_pb2  # its types lag behind: they do not know of List


class HealthServicer(health.aio.HealthServicer):
    """Health of every service and of the whole (the empty name)."""

    async def List(self, request: object, context: object) -> Any:
        """Return the health of all services."""
        known: dict[str, int] = self._server_status  # type: ignore[attr-defined]  # as above
        return _pb.HealthListResponse(
            statuses={
                service: _pb.HealthCheckResponse(status=status) for service, status in known.items()
            }
        )
