"""What the policy asks of a request: what it costs, whom it is about, what it forbids."""

from collections.abc import Collection
from typing import Any, Final

from wissel.routing.table import Table

EXPLANATION_COST: Final = 50
"""For how many routes an explanation counts: it looks for all that is missing, in up to 4 ms."""


def queries(request: Any) -> int:
    """Return for how many routes a batch counts."""
    return len(request.queries)


def explained(_: Any) -> int:
    """Return for how many routes an explanation counts."""
    return EXPLANATION_COST


def of_the_past(request: Any) -> int:
    """Return the cost of a question that may be about the past, put together for it alone."""
    return 1 if request.WhichOneof("as_known_at") is None else EXPLANATION_COST


def mandate_of_others(request: Any, table: Table, own: Collection[str]) -> bool:
    """Whether neither the supplier nor the owner of the service is one of the asker's own OINs."""
    if request.supplier_oin in own:
        return False
    services = (
        [table.service(request.service)]
        if request.service
        else table.services_with(request.namespace)
    )
    return not any(service is not None and service.owner in own for service in services)


def every(_: Any) -> bool:
    """Whether it is a request at all: each one is."""
    return True


def rejected(request: Any) -> bool:
    """Whether the owner of its service rejects a mandate, which it may have processed before."""
    return bool(request.processing == "REJECTED")


def immediately(request: Any) -> bool:
    """Whether something ends at once instead of after a day that is named."""
    return bool(request.immediately)


def updating(request: Any) -> bool:
    """Whether endpoints that are there may change, so that nothing goes to where they were."""
    return bool(request.update_existing)
