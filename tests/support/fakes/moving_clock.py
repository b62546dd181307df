"""The clock of a hub that goes through days in a moment."""

import datetime as dt

from support.worlds.stores import utc_now


class MovingClock:
    """The time of this machine, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return utc_now() + self.ahead
