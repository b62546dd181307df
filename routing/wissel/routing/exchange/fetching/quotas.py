"""What is counted over a day: a count goes down as what is counted becomes a day old."""

import datetime as dt
from typing import Final

DAY: Final = dt.timedelta(hours=24)
_SHORTEST: Final = 1.0


def seconds_until_free(counted: dt.datetime, now: dt.datetime) -> float:
    """Return after how many seconds what was counted at a moment counts no more: 1 or more."""
    return max((counted + DAY - now).total_seconds(), _SHORTEST)
