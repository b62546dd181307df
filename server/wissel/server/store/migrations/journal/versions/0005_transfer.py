"""Sessions of prepare and fetch: who asked which school, and what came of it."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "transfer_session",
        sa.Column("session_id", NAME, nullable=False),
        sa.Column("requester_oin", NAME, nullable=False),
        sa.Column("requester", NAME, nullable=False),
        sa.Column("requester_routing_key", NAME, nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("initiator", NAME, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("result", NAME, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_transfer_session"),
    )
    op.create_index(
        "ix_transfer_session_requester_oin_source_started",
        "transfer_session",
        ["requester_oin", "source", "started"],
    )
    op.create_index("ix_transfer_session_started", "transfer_session", ["started"])
