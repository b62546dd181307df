"""Column types and names of constraints that register and journal share."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints and indexes are named."""

NAME: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases compare and sort by its bytes, whatever their locale."""


NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives; SQLite numbers only INTEGER."""


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant; SQLite keeps it without a zone, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Store in UTC."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:
        """Return an aware instant in UTC."""
        if value is None:
            return None
        aware: dt.datetime = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
