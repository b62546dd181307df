"""What a hub needs of a PostgreSQL server, and of whatever lies between them.

A pooler that gives a connection to another client after each transaction
(PgBouncer in transaction mode) loses what belongs to a session: settings,
prepared statements and LISTEN. A hub would seem to work, without time limits
for its locks and deaf to other hubs; so it is refused at start.
"""

from typing import Any, Final, LiteralString
from uuid import uuid4

import psycopg

from wissel.server.store.engine import LOCK_TIMEOUT, EngineUnfit
from wissel.server.store.postgres.timeouts import CONNECT_SECONDS, BoundedConnection

OLDEST: Final = 10_00_00
"""The first version that the driver supports, as `server_version_num` has it."""

HEARD_SECONDS: Final = 3.0
"""How long a notification may take to be heard before it counts as lost."""

ABANDONED_SECONDS: Final = 15.0
"""After how long PostgreSQL ends a transaction whose client does nothing.

A hub that is stopped in the middle of one, with its machine perhaps, would
otherwise keep its messages, or the whole register, from all other hubs.
"""

_ROUNDS: Final = 3
_POOLED: Final = (
    "connections do not keep their session between transactions, as behind a pooler in"
    " transaction mode (PgBouncer); name the PostgreSQL server itself"
)
_BACKEND: Final[LiteralString] = (
    "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
)

Session = psycopg.Connection[Any]


def session_settings(lock_timeout: float) -> dict[str, int]:
    """Return the settings that each session of a hub has, in ms; `lock_timeout` is in seconds."""
    return {
        "lock_timeout": int(lock_timeout * 1000),
        "idle_in_transaction_session_timeout": int(ABANDONED_SECONDS * 1000),
    }


def session_options(lock_timeout: float) -> str:
    """Return those settings as libpq's parameter `options`."""
    return " ".join(f"-c {name}={value}" for name, value in session_settings(lock_timeout).items())


def require_fit(url: str, *, writing: bool) -> None:
    """Check the server at `url`, one of libpq.

    1. it answers
    2. it is new enough
    3. it takes writes
    4. a session is the connection's own, also between transactions
    5. a session has the settings that it was opened with
    6. a notification is heard

    Without `writing` only 1 and 2. Raises `EngineUnfit`, and `psycopg.Error` if
    the server does not answer.
    """
    # 1.
    with _connect(url) as first:
        # 2.
        require_version(first.info.server_version)
        if not writing:
            return
        # 3.
        require_writable(first)
        with _connect(url) as second:
            # 4.
            require_own_session(first, second)
            # 5.
            require_settings(url)
            # 6.
            require_notifications(first, second)


def require_version(version: int) -> None:
    """Raise `EngineUnfit` if a server of this `server_version_num` is too old."""
    if version < OLDEST:
        there = f"{version // 10_000}.{version // 100 % 100}"
        needed = OLDEST // 10_000
        message = f"the server is PostgreSQL {there}, and a hub needs {needed} or later; upgrade it"
        raise EngineUnfit(message)


def require_writable(session: Session) -> None:
    """Raise `EngineUnfit` on a standby, or where transactions are read-only by default."""
    if _value(session, "SHOW transaction_read_only") != "off":
        raise EngineUnfit(
            "the server takes no writes; name the primary, or a primary and its standby"
            " with target_session_attrs=read-write"
        )


def require_own_session(one: Session, other: Session) -> None:
    """Raise `EngineUnfit` if two open connections share a server process, or change it.

    The connections are in autocommit mode. A pooler hands a server process out
    again after each transaction: to whichever comes next, so what one of them
    has just released the other one gets, or both move on to others. Other
    clients may come in between, therefore it is tried a few times.
    """
    for _ in range(_ROUNDS):
        mine = _backend(one)
        if _backend(other) == mine:
            raise EngineUnfit(_POOLED)
        with other.transaction():
            theirs = _backend(other)
            if theirs == mine or _backend(one) != mine:
                raise EngineUnfit(_POOLED)


def require_settings(url: str) -> None:
    """Raise `EngineUnfit` if a session cannot be opened with a hub's settings, or ignores them."""
    wanted = session_settings(LOCK_TIMEOUT)
    query = "SELECT name, setting::int FROM pg_settings WHERE name = ANY(%s)"
    try:
        with _connect(url, options=session_options(LOCK_TIMEOUT)) as session:
            there = dict(session.execute(query, [list(wanted)]).fetchall())
    except psycopg.OperationalError:
        there = {}  # PgBouncer turns such a connection away, although it took one without settings
    if there != wanted:
        message = (
            f"connections do not get the settings that they ask for ({', '.join(wanted)}),"
            " as through a pooler; name the PostgreSQL server itself"
        )
        raise EngineUnfit(message)


def require_notifications(
    listener: Session, teller: Session, *, seconds: float = HEARD_SECONDS
) -> None:
    """Raise `EngineUnfit` if what one connection notifies another does not hear in `seconds`."""
    channel = f"wissel_start_{uuid4().hex}"
    heard: list[object] = []
    try:
        listener.execute(f"LISTEN {channel}".encode())
        teller.execute("SELECT pg_notify(%s, '')", [channel])
        heard += listener.notifies(timeout=seconds, stop_after=1)
        listener.execute(f"UNLISTEN {channel}".encode())
    except (psycopg.ProgrammingError, psycopg.NotSupportedError):
        heard.clear()
    if not heard:
        raise EngineUnfit(
            "a notification (NOTIFY) is not heard by a connection that listens (LISTEN),"
            " so hubs would not hear of each other's changes; name a PostgreSQL server itself"
        )


def _connect(url: str, **parameters: Any) -> Session:
    return BoundedConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS, **parameters
    )


def _backend(session: Session) -> object:
    """Return what tells the server process of this moment from every other."""
    return session.execute(_BACKEND).fetchone()


def _value(session: Session, query: LiteralString) -> object:
    row = session.execute(query).fetchone()
    return row[0] if row else None
