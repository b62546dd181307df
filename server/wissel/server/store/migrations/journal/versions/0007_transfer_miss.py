"""At which delivery points a session found no dossier, for a day."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "transfer_miss",
        sa.Column("session_id", NAME, nullable=False),
        sa.Column("source_routing_key", NAME, nullable=False),
        sa.Column("requester_oin", NAME, nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "source_routing_key", name="pk_transfer_miss"),
    )
    op.create_index(
        "ix_transfer_miss_requester_oin_source_told",
        "transfer_miss",
        ["requester_oin", "source", "told"],
    )
    op.create_index("ix_transfer_miss_told", "transfer_miss", ["told"])
