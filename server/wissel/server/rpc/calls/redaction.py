"""What a refusal may tell to whom: a conflict names a foreign entity only to operators."""

from collections.abc import Mapping
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.rpc.calls.call import Caller

_SHOWN: Final[Mapping[Reason, frozenset[str]]] = {
    Reason.MANDATE_OVERLAPS: frozenset({"organisation", "service", "system_id"}),
    Reason.ALREADY_REGISTERED: frozenset({"entity"}),
}
"""Conflicts, with the metadata that anyone may see: it was in the request."""


def for_caller(refused: Refused, caller: Caller | None) -> Refused:
    """Return the refusal as this caller may see it."""
    shown = _SHOWN.get(refused.reason)
    if shown is None or (caller is not None and caller.operator):
        return refused
    metadata = {name: value for name, value in refused.metadata.items() if name in shown}
    return Refused(refused.reason, field=refused.field, retry_after=refused.retry_after, **metadata)
